"""npm's `oidc-provider`, which the OpenID Foundation certified, as a process; npm fetches it once."""

import fcntl
import hashlib
import re
import shutil
from pathlib import Path
from typing import Self

import httpx2

from tests.servers.process import Process, ServerUnavailableError, leashed
from tests.servers.server import HousedServer
from tools import node

SOURCE = Path(__file__).with_name("oidc")
CACHE = Path(__file__).resolve().parents[2] / ".talkoot"
READY = re.compile(r"^ready at (http://\S+)$", re.MULTILINE)


class OidcProvider(HousedServer):
    """One provider; whoever types a name at it is that person."""

    def __init__(self) -> None:
        super().__init__("oidc", None)
        self.url = ""

    def start(self) -> Self:
        engine, folder = node.find(), installed()
        command = leashed(engine.binary, str(folder / "provider.mjs"))
        log = self.root / "provider.log"
        self._process = Process(command, cwd=folder, log=log, environment=engine.environment)
        self._process.wait_until(self._has_said_where, 30)
        return self

    def register(self, server: str, provider: str) -> None:
        """Let the client be sent back to this server, and told there of sign-outs."""
        base = f"{server}/api/v1/auth/providers/{provider}"
        wanted = {"redirect_uris": [f"{base}/callback"], "logout_uri": f"{base}/logout"}
        httpx2.post(f"{self.url}/client", json=wanted).raise_for_status()

    @property
    def log(self) -> str:
        return self.process.log.read_text(errors="replace")

    def _has_said_where(self) -> bool:
        found = READY.search(self.log)
        self.url = found[1] if found else ""
        return found is not None


def installed() -> Path:
    """The folder with the program and its packages, of the versions in the lock file."""
    wanted = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    folder = CACHE / "oidc"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "oidc.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = folder / "complete"
        if not mark.exists() or mark.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("node_modules"))
            done = node.find().run_npm("ci", "--ignore-scripts", "--prefer-offline", "--no-audit", cwd=folder)
            if done.returncode:
                raise ServerUnavailableError(f"npm could not fetch an OpenID provider:\n{done.stdout}")
            mark.write_text(wanted)
        shutil.copy(SOURCE / "provider.mjs", folder)
    return folder
