"""The port that the server listens on."""

from __future__ import annotations

import json
import socket
import urllib.request
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from talkoot.cli.checks.finding import Finding

if TYPE_CHECKING:
    from talkoot.settings import Settings


async def address(settings: Settings) -> AsyncIterator[Finding]:
    """The port is free, or it is Talkoot itself that has it."""
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        if _is_ours(settings):
            yield Finding("ok", "port", f"Talkoot answers at {where}")
        else:
            yield Finding("fail", "port", f"{where}: {error.strerror}; choose another --host or --port")
    else:
        yield Finding("ok", "port", f"{where} is free")


def _is_ours(settings: Settings) -> bool:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=2) as answer:
            return bool(json.load(answer) == {"status": "alive"})
    except (OSError, ValueError):
        return False
