"""The program, and what this machine lets it open."""

from __future__ import annotations

import platform
import resource
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from talkoot import __version__
from talkoot.cli.checks.finding import Finding, Level

if TYPE_CHECKING:
    from talkoot.settings import Settings

_OLDEST_PYTHON = (3, 11)
_FILES_BESIDE_SOCKETS = 200


async def program(_settings: Settings) -> AsyncIterator[Finding]:
    """The interpreter is new enough."""
    level: Level = "ok" if sys.version_info >= _OLDEST_PYTHON else "fail"
    need = "" if level == "ok" else "; 3.11 or newer is needed"
    yield Finding(level, "program", f"Talkoot {__version__} on Python {platform.python_version()}{need}")


async def limits(settings: Settings) -> AsyncIterator[Finding]:
    """The machine and the settings allow what is promised."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + _FILES_BESIDE_SOCKETS
    if files != resource.RLIM_INFINITY and files < wanted:
        yield Finding(
            "warn",
            "files",
            f"{files} open files are allowed, {wanted} may be needed: ulimit -n {min(wanted, most)}",
        )
    else:
        yield Finding("ok", "files", "enough for all connections")
    if settings.rate_limits == "off":
        yield Finding("warn", "limits", "rate limits are off: that is for benchmarks only")
