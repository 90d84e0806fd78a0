"""Where passkeys belong: the host that people type, and the one origin whose pages may use them."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from talkoot.kernel.errors import Conflict
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.settings import Settings

_PORTS = {"http": 80, "https": 443}


class RelyingParty(Value, frozen=True):
    """What a browser compares before it lets a passkey sign."""

    id: str
    origin: str


def find_relying_party(settings: Settings, host: str) -> RelyingParty | None:
    """By the public address; without one only on `localhost`. None where browsers have no passkeys.

    They have them over https, and on localhost over http; and a key belongs to a name, never to an address.
    """
    parts = urlsplit(settings.public_url or f"http://{host}")
    try:
        name, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    local = name == "localhost"
    if _is_address(name) or not (local or (settings.public_url and parts.scheme == "https")):
        return None
    shown = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    return RelyingParty(name, f"{parts.scheme}://{name}{shown}")


def relying_party(settings: Settings, host: str) -> RelyingParty:
    """The same; Conflict, saying what to do, where there is none."""
    found = find_relying_party(settings, host)
    if found is None:
        raise Conflict(
            "Passkeys need a name over https, or localhost: set TALKOOT_PUBLIC_URL to the address that"
            " people type",
            code="passkeys_unavailable",
        )
    return found


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return not name
    return True
