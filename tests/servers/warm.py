"""Starts of Talkoot that do not load it anew: a process that has done so forks, as often as it is wanted.

To load the program takes more than a second of CPU, and the tests start it many hundred times. What runs is
the same program, with the arguments, the environment and the files that it would have been given.
TALKOOT_TEST_COLD=1 loads it each time, as it is done where no process can be watched by a file; so does who
asks for another program, or for an environment that Python itself reads.
"""

import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

from tests.servers.process import plain_environment

PROGRAM = Path(__file__).with_name("warm_program.py")
READ_BY_PYTHON = ("PYTHON", "LD_", "COVERAGE")


class Warm:
    """The process that forks; one for each process that runs tests."""

    def __init__(self) -> None:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel = ours
        self._one_at_a_time = threading.Lock()
        # It ends when the other end of the channel is gone, and all that it started with it: no leash, which
        # would tie it to the thread that first wants it. -P: in its folder stands a talkoot.py.
        command = [sys.executable, "-P", str(PROGRAM), str(its.fileno())]
        if "COVERAGE_PROCESS_CONFIG" in os.environ:
            command.append("measured")  # by itself: coverage would trace all that runs
        self._process = subprocess.Popen(
            command,
            env=plain_environment("COVERAGE", "PG"),
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        its.close()
        assert ours.recv(16) == b"ready", "Talkoot could not be loaded"

    def start(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        stdin: IO[bytes],
        stdout: IO[bytes],
        stderr: IO[bytes],
    ) -> "Warmed":
        """Start the program; `argv` begins with its name."""
        order = {
            "argv": [*argv],
            "cwd": [str(cwd)],
            "environment": [f"{name}={value}" for name, value in environment.items()],
            "limits": [*map(str, resource.getrlimit(resource.RLIMIT_NOFILE))],
        }
        files = [stdin.fileno(), stdout.fileno(), stderr.fileno()]
        return Warmed(int(self._ask(order, files)), self)

    def reap(self, pid: int) -> int:
        """The exit code of one that has ended."""
        return os.waitstatus_to_exitcode(int(self._ask({"reap": pid}, [])))

    def close(self) -> None:
        """Let it end."""
        self._channel.close()
        self._process.wait(30)

    def _ask(self, order: Mapping[str, object], files: list[int]) -> bytes:
        with self._one_at_a_time:
            socket.send_fds(self._channel, [json.dumps(order).encode()], files)
            return self._channel.recv(64)


class Warmed:
    """One process of it, with what is used of `subprocess.Popen`."""

    def __init__(self, pid: int, warm: Warm) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._warm = warm
        self._end = os.pidfd_open(pid)
        self._reaping = threading.Lock()

    def poll(self) -> int | None:
        """The exit code, if it has ended."""
        with self._reaping:
            if self.returncode is None and self._has_ended(0):
                self.returncode = self._warm.reap(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; TimeoutExpired."""
        if self.returncode is None and not self._has_ended(timeout):
            raise subprocess.TimeoutExpired("talkoot", timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._end, number)

    def _has_ended(self, timeout: float | None) -> bool:
        watch = select.poll()  # `select` can not watch more than a thousand files
        watch.register(self._end, select.POLLIN)
        return bool(watch.poll(None if timeout is None else 1000 * timeout))

    def __del__(self) -> None:
        os.close(self._end)


@cache
def warm() -> Warm:
    """The one of this process."""
    return Warm()


def end_warm() -> None:
    """End it, if there is one."""
    if warm.cache_info().currsize:
        warm().close()
        warm.cache_clear()


def can_warm(environment: Mapping[str, str]) -> bool:
    """Whether a fork is the same as a start with this environment."""
    if os.environ.get("TALKOOT_TEST_COLD") or not hasattr(os, "pidfd_open"):
        return False
    return _for_python(environment) == _for_python(os.environ)


def _for_python(environment: Mapping[str, str]) -> dict[str, str]:
    ignored = {"PYTHONDONTWRITEBYTECODE"}
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(READ_BY_PYTHON) and name not in ignored
    }
