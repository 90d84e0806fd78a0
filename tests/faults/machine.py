"""What a run took place on."""

import os
import platform
import sqlite3
import subprocess
from functools import cache
from pathlib import Path

from talkoot import __version__
from tests.servers.postgres import find_binaries
from tests.servers.valkey import find_binary

ROOT = Path(__file__).parents[2]


@cache
def machine() -> dict[str, str]:
    """The machine and the versions."""
    return {
        "Talkoot": f"{__version__}, commit {_commit()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": _said(find_binaries() / "postgres", "--version"),
        "Valkey": _said(find_binary(), "--version").partition(" sha=")[0],
        "system": f"{platform.system()} {platform.release()}",
        "processor": f"{os.cpu_count()} x {_processor()}",
        "load when it began": f"{os.getloadavg()[0]:.1f} processes, those of others too",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
    }


def _commit() -> str:
    changed = _said("git", "status", "--porcelain", "--untracked-files=no", "--", "src", "tests")
    return _said("git", "rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _said(program: str | Path, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
