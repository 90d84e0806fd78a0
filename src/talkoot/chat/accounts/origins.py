"""Which web pages a browser may speak for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from talkoot.settings import Settings


def is_own_origin(settings: Settings, origin: str, host: str) -> bool:
    """Whether the Origin header names this installation, or a page that the settings allow.

    Without a public address it is the host that the browser itself asked for: a page of another host has
    another origin, and does not have our cookie either.
    """
    if origin in settings.allowed_origins:
        return True
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        return origin == f"{parts.scheme}://{parts.netloc}".lower()
    return bool(host) and origin == f"http://{host}".lower()
