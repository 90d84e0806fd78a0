"""A real clamd for the tests, which knows one virus: what stands in `VIRUS`, made up for them.

Where it comes from: TALKOOT_TEST_CLAMD_BIN, else this machine, else apt-get as root. What it knows is ours:
nothing is downloaded.
"""

import os
from pathlib import Path

from tests.servers.process import leashed
from tests.servers.programs import program
from tests.servers.server import AskedServer

VIRUS = b"what talkoot takes for a virus in its tests"
NAME = "Talkoot.Test.Virus"
LARGEST = 3_000_000  # bytes of what it looks at


class Clamd(AskedServer):
    """A server of its own, on a free port and on a socket of this machine."""

    question, answer = b"zPING\0", b"PONG"

    def __init__(self, kept: Path | None = None) -> None:
        super().__init__("clamd", kept)
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
        self.begin(leashed(self.binary, "--config-file", self.root / "clamd.conf"), 20)
        return self


def find_clamd() -> Path:
    """The program to run."""
    if named := os.environ.get("TALKOOT_TEST_CLAMD_BIN"):
        return Path(named)
    return program("clamd", "clamav-daemon")
