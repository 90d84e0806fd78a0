"""On what it was measured: facts that explain why another machine gives other figures."""

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.processes import pinning

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("uvicorn", "uvloop", "starlette", "fastapi", "sqlalchemy", "msgspec", "aiosqlite")


def facts(folder: Path) -> dict[str, Any]:
    """The machine, the programs, the commit, and the file system that the messages are stored on."""
    return {
        "cpu": _line("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "file_system": _run("stat", "--file-system", "--format=%T", folder),
        "load_average": os.getloadavg(),
        "pinned": pinning(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": {name: version(name) for name in LIBRARIES},
        "commit": _run("git", "-C", ROOT, "rev-parse", "HEAD"),
        "changed": bool(_run("git", "-C", ROOT, "status", "--porcelain", "--", "src")),
    }


def _line(path: str, name: str) -> str:
    lines = Path(path).read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown")


def _run(*command: str | Path) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
