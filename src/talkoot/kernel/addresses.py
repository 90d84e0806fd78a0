"""Who is on the other side: the client's address, behind proxies that are trusted and no others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

UNKNOWN = "unknown"  # a server that does not say

_HOPS = 20  # entries of X-Forwarded-For that are looked at; a longer chain is an attempt to cost time
_LOCAL_NETWORK = 64  # bits of an IPv6 address that one customer is usually given


def client_address(scope: Mapping[str, Any], trusted: Collection[str]) -> str:
    """The address of the client of an ASGI scope; see `forwarded_address`."""
    client = scope.get("client")
    chain = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return forwarded_address(client[0] if client else "", ",".join(chain), trusted)


def forwarded_address(peer: str, forwarded_for: str, trusted: Collection[str]) -> str:
    """The right-most address that is no trusted proxy: the peer itself, unless it is one.

    `trusted` holds addresses and networks (`10.0.0.0/8`).
    """
    networks = _networks(tuple(trusted))
    address = _parse(peer)
    if address is None or not _is_trusted(address, networks):
        return str(address or peer) or UNKNOWN
    for hop in reversed(forwarded_for.split(",")[-_HOPS:]):
        believed = _parse(hop)
        if believed is None:
            break  # what stands further left was written by nobody we know
        address = believed
        if not _is_trusted(address, networks):
            break
    return str(address)


def comes_from(peer: str, trusted: Collection[str]) -> bool:
    """Whether a peer's address is one of these addresses and networks."""
    address = _parse(peer)
    return address is not None and _is_trusted(address, _networks(tuple(trusted)))


def _is_trusted(address: IPv4Address | IPv6Address, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Whether one of the networks holds the address."""
    return any(address in network for network in networks)


def limited_as(address: str) -> str:
    """What a limit counts for an address: itself, and for IPv6 the network that one customer has."""
    parsed = _parse(address)
    if not isinstance(parsed, IPv6Address):
        return address
    return str(IPv6Network((parsed, _LOCAL_NETWORK), strict=False))


def is_local(address: str) -> bool:
    """Whether an address is this machine's own loopback."""
    parsed = _parse(address)
    return parsed is not None and parsed.is_loopback


@cache
def _networks(trusted: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(entry, strict=False) for entry in trusted)


@lru_cache(maxsize=4096)  # each request asks three times, and a client comes from one address
def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Also `[::1]:8000`, `192.0.2.1:8000` and IPv4 inside IPv6; None when it is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
