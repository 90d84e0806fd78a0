"""How people come here: the address they type, and the proxies between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from talkoot.cli.checks.finding import Finding
from talkoot.kernel.addresses import is_local

if TYPE_CHECKING:
    from talkoot.settings import Settings

_WIDEST = {4: 8, 6: 16}  # bits that a network of proxies has to have: 10.0.0.0/8 is the largest private one


async def origin(settings: Settings) -> AsyncIterator[Finding]:
    """People reach the server under an address that browsers will accept."""
    url = urlsplit(settings.public_url)
    if not settings.public_url:
        if is_local(settings.host) or settings.host == "localhost":
            yield Finding("ok", "origin", "only this machine can come: set --public-url when others should")
        else:
            yield Finding("warn", "origin", "set --public-url to the address that people type")
    elif url.path:
        yield Finding(
            "fail", "origin", f"{settings.public_url}: an origin has no path, Talkoot lives at the root"
        )
    elif url.scheme == "http" and not is_local(url.hostname or "") and url.hostname != "localhost":
        yield Finding(
            "warn", "origin", f"{settings.public_url} is not encrypted: put a proxy with https before it"
        )
    elif url.scheme == "https" and not settings.trusted_proxies:
        yield Finding(
            "warn",
            "origin",
            "https comes from a proxy: name it with --trusted-proxies, or all people look like one",
        )
    else:
        yield Finding("ok", "origin", settings.public_url)


async def proxies(settings: Settings) -> AsyncIterator[Finding]:
    """Not everybody may say which address he comes from."""
    networks = [ip_network(entry, strict=False) for entry in settings.trusted_proxies]
    wide = [str(network) for network in networks if network.prefixlen < _WIDEST[network.version]]
    if wide:
        yield Finding(
            "fail",
            "proxies",
            f"whoever comes from {', '.join(wide)} may invent his address, and escape every limit:"
            " name only the proxies",
        )
    elif networks:
        yield Finding("ok", "proxies", f"believed: {', '.join(settings.trusted_proxies)}")
