"""Build the web client, clients/web, into src/talkoot/web/static, only when its sources changed.

`python -m tools.build_web [--get-node] [--force]`; the packaging hook (hatch_build.py) calls `ensure_built`.
"""

import contextlib
import fcntl
import hashlib
import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tools import node

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "clients" / "web"
STATIC = ROOT / "src" / "talkoot" / "web" / "static"
MADE_ELSEWHERE = {"node_modules", "dist", "coverage", ".svelte-kit", ".vite"}
NO_NETWORK = re.compile(r"EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EIDLETIMEOUT|ECONNRESET")
NETWORK_HINT = (
    "npm cannot reach its registry, which building from a checkout needs once. Check the network, or name\n"
    "a mirror (npm config set registry URL), or install a released wheel: it has the web client inside."
)


class WebBuildError(SystemExit):
    """The web client could not be built; ends the program with the reason and the way out."""

    def __init__(self, reason: str) -> None:
        text = reason.strip().replace("\n", "\n*** ")
        super().__init__(f"\n*** Talkoot: the web client could not be built.\n*** {text}\n")


def sources() -> list[Path]:
    """Return the files that the build reads, in a stable order."""
    return sorted(
        path
        for path in SOURCES.rglob("*")
        if path.is_file() and not MADE_ELSEWHERE.intersection(path.relative_to(SOURCES).parts)
    )


def source_hash() -> str:
    """Digest names and contents of the sources; line ends do not count, a Windows checkout is the same."""
    digest = hashlib.sha256()
    for path in sources():
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(b"%b\0%d\0%b" % (path.relative_to(SOURCES).as_posix().encode(), len(content), content))
    return digest.hexdigest()


def is_fresh() -> bool:
    """Tell whether the built client is the one these sources give."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        return bool(json.loads((STATIC / "build.json").read_text())["sources"] == source_hash())
    return False


def has_sources() -> bool:
    """Tell a checkout from a tree that only has the built client."""
    return (SOURCES / "package.json").exists()


def build_requires() -> list[str]:
    """What must be installed before the build: nothing when the result is there, or Node is."""
    return [] if not has_sources() or is_fresh() or node.on_path() else [node.WHEEL]


def install(engine: node.Node) -> None:
    """Run `npm ci`, unless node_modules already is what the lock file says."""
    platform = engine.run("-p", "process.platform + process.arch", cwd=SOURCES).stdout
    wanted = hashlib.sha256((SOURCES / "package-lock.json").read_bytes() + platform.encode()).hexdigest()
    mark = SOURCES / "node_modules" / ".talkoot"
    if mark.exists() and mark.read_text() == wanted:
        return
    patience = ("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
    done = engine.run_npm("ci", "--ignore-scripts", "--prefer-offline", "--no-audit", *patience, cwd=SOURCES)
    if done.returncode:
        hint = NETWORK_HINT if NO_NETWORK.search(done.stdout) else ""
        raise WebBuildError(f"`npm ci` failed:\n{done.stdout.strip()[-1500:]}\n{hint}")
    mark.write_text(wanted)


def bundle(engine: node.Node) -> None:
    """Run Vite into a folder of its own, then put that in the place of the old build."""
    wanted, fresh = source_hash(), STATIC.with_name("static.new")
    shutil.rmtree(fresh, ignore_errors=True)
    vite = SOURCES / "node_modules" / "vite" / "bin" / "vite.js"
    done = engine.run(vite, "build", "--outDir", fresh, "--emptyOutDir", cwd=SOURCES)
    if done.returncode:
        raise WebBuildError(f"`vite build` failed:\n{done.stdout.strip()[-3000:]}")
    (fresh / "build.json").write_text(json.dumps({"sources": wanted}) + "\n")
    shutil.rmtree(STATIC, ignore_errors=True)
    fresh.rename(STATIC)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One build at a time, over all processes of this checkout."""
    with (ROOT / ".web-build.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def installed_node() -> node.Node:
    """Return Node with the client's packages installed; the client's own tests start here."""
    try:
        engine = node.find()
    except node.NodeMissingError as error:
        raise WebBuildError(str(error)) from None
    install(engine)
    return engine


def ensure_built(*, force: bool = False) -> None:
    """Build the client unless it is there and fresh."""
    if not has_sources():
        if not (STATIC / "index.html").exists():
            raise WebBuildError(f"Neither its sources ({SOURCES}) nor a built client ({STATIC}) are here.")
        return
    with alone():
        if not force and is_fresh():
            return
        start = time.monotonic()
        bundle(installed_node())
        print(f"talkoot: the web client is built ({time.monotonic() - start:.1f} s)", file=sys.stderr)


def main(arguments: list[str]) -> None:
    """Build by hand or for make; `--get-node` puts Node into this environment first, where it is missing."""
    if "--get-node" in arguments and build_requires():
        node.ensure(ROOT / "constraints.txt")
    ensure_built(force="--force" in arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
