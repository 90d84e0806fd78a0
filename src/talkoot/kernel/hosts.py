"""Under which names this server answers: a page whose name was bent to our address must not reach us.

Such a page needs a name in the public DNS. So an address is always taken, as are `localhost` and names that
nobody can have there; any other name has to be known.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from talkoot.kernel.errors import Malformed
from talkoot.kernel.http import problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

UNKNOWN = "This server does not answer under this name: set TALKOOT_PUBLIC_URL or TALKOOT_ALLOWED_HOSTS"
NOT_CHECKED = frozenset({"/healthz", "/readyz", "/metrics"})  # asked by machines, under names of their own

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", re.IGNORECASE)
_PRIVATE = ("localhost", "local", "lan", "internal", "home.arpa", "test")


class Hosts:
    """The names that are known: that of the public address, and those of the settings."""

    def __init__(self, public_url: str, allowed: Iterable[str]) -> None:
        ours = urlsplit(public_url).hostname
        self._names = frozenset(name.lower() for name in (*allowed, *([ours] if ours else [])))
        self.knows = lru_cache(maxsize=1024)(self._knows)
        """Whether a Host header names this server. Without one nobody is misled."""

    def _knows(self, host: str) -> bool:
        if not host:
            return True
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].lower().removesuffix(".")
        if name in self._names or _is_address(name):
            return True
        if self._names:
            return name == "localhost"
        return "." not in name or name.endswith(tuple(f".{each}" for each in _PRIVATE))


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


class CheckHost:
    """Refuses requests that came under a name that is not known here."""

    def __init__(self, app: ASGIApp, *, hosts: Hosts) -> None:
        self.app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 400."""
        if scope["type"] == "http" and scope["path"] not in NOT_CHECKED:
            given = b",".join(value for name, value in scope["headers"] if name == b"host")
            if not self._hosts.knows(given.decode("latin-1")):
                await problem(Malformed(UNKNOWN, code="unknown_host"))(scope, receive, send)
                return
        await self.app(scope, receive, send)
