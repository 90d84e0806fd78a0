"""A server of the tests as a process: on a leash, stopped politely or by SIGKILL, frozen and thawed."""

import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

LOCK_PATIENCE = ("-o", "DPkg::Lock::Timeout=120")  # Tests run in parallel, and so may their installations.
LEASH = Path(__file__).with_name("leash.py")


class ServerUnavailableError(Exception):
    """A test needs a server that cannot be had; the text says how to get it. Tests never skip for that."""


@dataclass(frozen=True)
class User:
    """Whom a server runs as."""

    uid: int
    gid: int


def unprivileged_user() -> User | None:
    """Who runs what refuses to be root, or need not be it: nobody else unless this process is root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: User(entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall()}
    user = known.get("postgres") or known.get("nobody")
    if user is None:
        raise ServerUnavailableError("Running as root, and there is no user postgres or nobody for servers.")
    return user


def open_files() -> int:
    """Allow as many open files as may be, for what is started from now on; how many that are."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody on this machine takes connections there."""
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5):
            return True
    except OSError:
        return False


def leashed(program: Path, *arguments: str | Path, user: User | None = None) -> list[str]:
    """The command that runs `program` so that it dies with this process."""
    whom = ["--user", f"{user.uid}:{user.gid}"] if user else []
    return [sys.executable, "-IS", str(LEASH), *whom, str(program), *map(str, arguments)]


def plain_environment(*dropped: str) -> dict[str, str]:
    """This process's environment without the variables that start with one of the prefixes.

    Programs keep their byte code: else each of many hundred starts compiles all of Talkoot anew.
    """
    dropped = ("PYTHONDONTWRITEBYTECODE", *(dropped or ("PG",)))
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


class Started(Protocol):
    """What is used of `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: signal.Signals, /) -> None: ...


class Process:
    """One running program, in a process group of its own, with its output in a file."""

    def __init__(self, command: list[str], *, cwd: Path, log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        with log.open("ab") as output:
            self._popen = self._start(command, cwd, environment, output)

    def _start(
        self, command: list[str], cwd: Path, environment: Mapping[str, str], output: IO[bytes]
    ) -> Started:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def ended_with(self) -> int | None:
        """The exit code, or the number of a signal below zero; None while it runs."""
        return self._popen.poll()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        if self.running:
            self._popen.send_signal(number)

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the program and everything it started."""
        if self.running:
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """A crash: no goodbye, for the program and everything it started."""
        self.signal_all(signal.SIGKILL)
        self._popen.wait()

    def stop(self, number: signal.Signals, patience: float) -> int:
        """Ask it to stop; the exit code, or a crash and an error when it does not."""
        self.send_signal(number)
        try:
            return self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def wait_until(self, ready: Callable[[], bool], patience: float) -> None:
        """Wait for the program to be ready; an early end or a late start shows its log."""
        deadline = time.monotonic() + patience
        while not ready():
            if not self.running:
                raise ServerUnavailableError(f"It ended with {self.ended_with}:\n{self.tail()}")
            if time.monotonic() > deadline:
                self.give_up()
                raise ServerUnavailableError(f"It was not ready after {patience} s:\n{self.tail()}")
            time.sleep(0.01)

    def give_up(self) -> None:
        """End it, for it is not ready in time; what knows how to says first what it does."""
        self.kill()

    def tail(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(errors="replace")[-8000:]


def can_apt() -> bool:
    """Whether a missing program can be installed from Debian."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(package: str) -> None:
    """Install a Debian package without starting the daemons that come with it."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *LOCK_PATIENCE, package]
        subprocess.run(install, env=environment, check=True)
    finally:
        if ours:
            policy.unlink()
