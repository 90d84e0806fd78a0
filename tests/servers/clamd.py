"""A real clamd for the tests, which knows one virus: what stands in `VIRUS`, made up for them.

Where it comes from: TALKOOT_TEST_CLAMD_BIN, else this machine, else apt-get as root. What it knows is ours:
nothing is downloaded.
"""

import os
import socket
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
from tests.servers.programs import on_machine
from tests.servers.server import HousedServer

HOW = (
    "These tests need a real clamd. Install it (apt-get install clamav-daemon, brew install clamav),\n"
    "or let TALKOOT_TEST_CLAMD_BIN name it."
)
VIRUS = b"what talkoot takes for a virus in its tests"
NAME = "Talkoot.Test.Virus"
LARGEST = 3_000_000  # bytes of what it looks at


class Clamd(HousedServer):
    """A server of its own, on a free port and on a socket of this machine."""

    def __init__(self, kept: Path | None = None) -> None:
        super().__init__("clamd", kept)
        self.port = free_port()
        self.binary = find_clamd()
        known = self.root / "known"
        known.mkdir(exist_ok=True)
        (known / "ours.ndb").write_text(f"{NAME}:0:*:{VIRUS.hex()}\n")
        (self.root / "clamd.conf").write_text(
            f"DatabaseDirectory {known}\n"
            f"LocalSocket {self.root / 'clamd.ctl'}\n"
            f"TCPAddr 127.0.0.1\nTCPSocket {self.port}\n"
            f"TemporaryDirectory {self.root}\n"
            f"StreamMaxLength {LARGEST}\n"
            "Foreground yes\nMaxThreads 4\n"
        )

    @property
    def tcp(self) -> str:
        return f"clamd://127.0.0.1:{self.port}"

    @property
    def unix(self) -> str:
        return f"unix:{self.root / 'clamd.ctl'}"

    def start(self) -> "Clamd":
        """Start, or start again after a crash; returns when it answers."""
        command = leashed(self.binary, "--config-file", self.root / "clamd.conf")
        self._process = Process(
            command, cwd=self.root, log=self.root / "log", environment=plain_environment()
        )
        self._process.wait_until(self._answers, 20)
        return self

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.5) as connection:
                connection.sendall(b"zPING\0")
                return connection.recv(16).startswith(b"PONG")
        except OSError:
            return False


def find_clamd() -> Path:
    """The program to run."""
    if named := os.environ.get("TALKOOT_TEST_CLAMD_BIN"):
        return Path(named)
    found = on_machine("clamd")
    if found is None and can_apt():
        apt_install("clamav-daemon")
        found = on_machine("clamd")
    if found is None:
        raise ServerUnavailableError(HOW)
    return found
