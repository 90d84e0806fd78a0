"""Where the peers are installed: once, in a folder of their own, from PyPI, npm and Debian, by name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.machine import ROOT

CACHE = ROOT / ".talkoot" / "peers"
HERE = Path(__file__).parent
SYSTEM = Path("/")


class Missing(Exception):
    """This machine cannot have the peer; the text says what it lacks."""


def python(peer: str) -> Path:
    """The interpreter of a virtual environment with the peer's pinned requirements."""
    folder, wanted = CACHE / peer, HERE / peer / "requirements.txt"
    if _stale(folder, wanted):
        _run(sys.executable, "-m", "venv", folder)
        _run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--requirement", wanted)
        shutil.copy(wanted, folder / wanted.name)
    return folder / "bin" / "python"


def node(peer: str) -> Path:
    """The folder with the peer's program and its packages."""
    folder, wanted = CACHE / peer, HERE / peer / "package.json"
    if _stale(folder, wanted):
        if not shutil.which("npm"):
            raise Missing("there is no Node with npm here")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "installing").mkdir(exist_ok=True)
        shutil.copy(wanted, folder / "installing")
        _run("npm", "install", "--no-audit", "--no-fund", "--silent", cwd=folder / "installing")
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        (folder / "installing" / "node_modules").rename(folder / "node_modules")
        shutil.copy(wanted, folder)
    shutil.copy(HERE / peer / "server.js", folder)
    return folder


def debian(*packages: str) -> Path:
    """A folder with the packages and those of their dependencies that the machine has not, unpacked."""
    root = CACHE / "debian" / "-".join(packages)
    if not root.exists():
        if not shutil.which("apt-get"):
            raise Missing("this is no Debian: there is no apt-get")
        archives = root.with_name(f"{root.name}.archives")
        (archives / "partial").mkdir(parents=True, exist_ok=True)
        options = ("-y", "-d", "-o", f"Dir::Cache::archives={archives}", "-o", "Debug::NoLocking=1")
        _run("apt-get", *options, "--no-install-recommends", "install", *packages)
        unpacked = root.with_name(f"{root.name}.new")
        shutil.rmtree(unpacked, ignore_errors=True)
        unpacked.mkdir()
        for package in archives.glob("*.deb"):
            _run("dpkg-deb", "--extract", package, unpacked)
        unpacked.rename(root)
    return root


def program(name: str, *packages: str) -> Path:
    """A program of the machine, else out of the packages."""
    if found := _find(SYSTEM, name):
        return found
    if found := _find(debian(*packages), name):
        return found
    raise Missing(f"{' '.join(packages)} did not bring {name}")


def libraries(root: Path) -> dict[str, str]:
    """The environment in which programs of an unpacked folder find their libraries."""
    return {"LD_LIBRARY_PATH": ":".join(str(path) for path in root.glob("usr/lib/*-linux-gnu"))}


def _find(root: Path, name: str) -> Path | None:
    folders = [root / "usr/bin", *sorted(root.glob("usr/lib/postgresql/*/bin"), reverse=True)]
    return next((folder / name for folder in folders if (folder / name).exists()), None)


def _stale(folder: Path, wanted: Path) -> bool:
    installed = folder / wanted.name
    return not installed.exists() or installed.read_bytes() != wanted.read_bytes()


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
        raise Missing(f"{' '.join(map(str, command))} ended with {done.returncode}: {said}")
