"""What of each peer was measured."""

import json
import subprocess
from pathlib import Path

import talkoot
from bench.peers.cache import CACHE, HERE

SOURCES = {"fastapi": "fastapi_chat", "channels": "channels_chat"}


def versions(name: str) -> str:
    """The programs and libraries, with their versions."""
    family, _, database = name.partition("-")
    found: list[str] = []
    if name == "talkoot":
        found.append(f"talkoot {talkoot.__version__}")
    if family == "socketio":
        packages = json.loads((HERE / "socketio" / "package.json").read_text())["dependencies"]
        found += [f"node {_said('node', '--version').lstrip('v')}"]
        found += [f"{package} {version}" for package, version in packages.items()]
    if family in SOURCES:
        lines = (HERE / SOURCES[family] / "requirements.txt").read_text().split()
        found += [line.replace("==", " ") for line in lines]
        found.append(_debian("redis-server"))
    if family == "ejabberd":
        found += [_debian("ejabberd"), _debian("erlang-base")]
    if family in {"ejabberd", "channels"} or database == "postgres":
        found.append(_debian("postgresql-*[0-9]"))
    return ", ".join(filter(None, found))


def _debian(package: str) -> str:
    """Name and version of what is unpacked in the cache, else of what the machine has."""
    for archive in sorted((CACHE / "debian").glob(f"*.archives/{package}_*.deb")):
        name, version, _ = archive.name.split("_")
        return f"{name} {version.replace('%3a', ':')}"
    said = _said("dpkg-query", "--show", "--showformat=${db:Status-Abbrev}${Package} ${Version}\n", package)
    installed = [line[3:].strip() for line in said.splitlines() if line.startswith("ii")]
    return installed[0] if installed else ""


def _said(*command: str | Path) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
