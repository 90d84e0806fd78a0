"""The one way out: requests to addresses that somebody else chose, kept away from private networks.

A name is resolved once, and the connection goes to the address that was looked at, whatever the name says a
moment later. Nothing is read beyond its limits of time, size and type.
"""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    import httpx2

SECONDS = 5.0
DOWNLOAD_SECONDS = 900.0
MOST_BYTES = 1_048_576
REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAT64 = IPv6Network("64:ff9b::/96")  # the last 32 bits are an IPv4 address (RFC 6052)
_COMPATIBLE = IPv6Network("::/96")
_PORTS = {"http": 80, "https": 443}
JSON = ("application/json",)


class OutgoingError(Exception):
    """Nothing usable came back; the text says why, and names neither query nor secret."""


class TooMuch(OutgoingError):
    """More bytes came than were wanted."""


class Answer(Value, frozen=True):
    """What came back."""

    status: int
    body: bytes
    type: str = ""
    charset: str = ""
    url: str = ""


class Taken(Value, frozen=True):
    """How somebody took what was handed over; `retry_after` is in seconds, if they named a time."""

    status: int
    retry_after: float | None


class Downloaded(Value, frozen=True):
    """What came of a download: nothing was kept unless `status` is 200."""

    status: int
    type: str
    retry_after: float | None


class _Target(Value, frozen=True):
    url: str
    scheme: str
    host: str
    port: int

    @property
    def shown(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


Networks = tuple[IPv4Network | IPv6Network, ...]


class Outgoing:
    """Sends requests; `allowed` are networks that may be reached although private, also over plain http.

    Pages, and what is handed over, are at addresses that members choose: for them `for_members` counts.
    """

    def __init__(self, allowed: Collection[str] = (), for_members: Collection[str] = ()) -> None:
        self._allowed = tuple(ip_network(entry, strict=False) for entry in allowed)
        self._for_members = tuple(ip_network(entry, strict=False) for entry in for_members)

    def accepts(self, url: str) -> bool:
        """Whether a member may name this address; what a name stands for is looked at when it is asked."""
        try:
            target = _target(url)
        except OutgoingError:
            return False
        if (address := _literal(target.host)) is None:
            return target.scheme == "https" or bool(self._for_members)
        near = any(address in network for network in self._for_members)
        return near or (target.scheme == "https" and is_public(address))

    async def get(
        self,
        url: str,
        *,
        types: Collection[str] = JSON,
        headers: Mapping[str, str] | None = None,
        page: bool = False,
    ) -> Answer:
        """Fetch something; a redirect is followed within the same origin only.

        Of a `page` only the beginning is read, and it may stand on the same host with or without `www.`, or
        under https where http was asked: no secret goes with the request, and each address is looked at.
        """
        return await self._limited("GET", url, types, headers, None, page=page)

    async def post(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        types: Collection[str] = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a form; no redirect is followed."""
        return await self._limited("POST", url, types, headers, form)

    async def hand_over(self, url: str, body: bytes, headers: Mapping[str, str]) -> Taken:
        """Post these bytes. Nothing is read of the answer but its status, and no redirect is followed."""
        target, near = _target(url), self._for_members
        async with (
            self._in_time(target, SECONDS),
            self._asked("POST", target, headers, near, content=body) as response,
        ):
            return Taken(response.status_code, _seconds(response.headers.get("retry-after", "")))

    async def download(
        self, url: str, keep: Callable[[bytes], object], *, most: int, secret: Mapping[str, str]
    ) -> Downloaded:
        """Fetch a file of any type, piece by piece; TooMuch beyond so many bytes.

        A redirect may lead to another host, whose address is looked at like the first one; the headers in
        `secret` go to the first host only.
        """
        target = first = _target(url)
        async with self._in_time(target, DOWNLOAD_SECONDS):
            for _ in range(REDIRECTS + 1):
                headers = secret if target.shown == first.shown else {}
                async with self._asked("GET", target, headers, self._allowed) as response:
                    if response.status_code not in _REDIRECTS:
                        return await _download(response, target, keep, most)
                    target = _target(response.headers.get("location", ""), target.url)
        raise OutgoingError(f"{first.shown} redirects too often")

    async def _limited(
        self,
        method: str,
        url: str,
        types: Collection[str],
        headers: Mapping[str, str] | None,
        form: Mapping[str, str] | None,
        *,
        page: bool = False,
    ) -> Answer:
        target = _target(url)
        async with self._in_time(target, SECONDS):
            return await self._follow(method, target, types, {**(headers or {})}, form, page=page)

    @asynccontextmanager
    async def _in_time(self, target: _Target, seconds: float) -> AsyncIterator[None]:
        import httpx2  # a server that asks nobody does without

        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise OutgoingError(f"{target.shown} did not answer within {seconds:.0f} seconds") from None
        except httpx2.HTTPError as error:
            raise OutgoingError(f"{target.shown} can not be asked: {type(error).__name__}") from None

    async def _follow(
        self,
        method: str,
        target: _Target,
        types: Collection[str],
        headers: dict[str, str],
        form: Mapping[str, str] | None,
        *,
        page: bool,
    ) -> Answer:
        for _ in range(REDIRECTS + 1):
            answer, location = await self._once(method, target, types, headers, form, page=page)
            if location is None:
                return answer
            following = _target(location, target.url)
            near = page and _is_near(target, following)
            if method != "GET" or not (near or following.shown == target.shown):
                raise OutgoingError(f"{target.shown} redirects elsewhere, which is not followed")
            target = following
        raise OutgoingError(f"{target.shown} redirects too often")

    async def _once(
        self,
        method: str,
        target: _Target,
        types: Collection[str],
        headers: dict[str, str],
        form: Mapping[str, str] | None,
        *,
        page: bool,
    ) -> tuple[Answer, str | None]:
        near = self._for_members if page else self._allowed
        async with self._asked(method, target, headers, near, data=form) as response:
            if response.status_code in _REDIRECTS:
                return Answer(response.status_code, b""), response.headers.get("location", "")
            body = await _read(response, types, target, cut=page)
            kind = response.headers.get("content-type", "")
            charset = response.charset_encoding or ""
            return Answer(response.status_code, body, _type_in(kind), charset, target.url), None

    @asynccontextmanager
    async def _asked(
        self, method: str, target: _Target, headers: Mapping[str, str], near: Networks, **sent: Any
    ) -> AsyncIterator[httpx2.Response]:
        """The answer to a request, of which nothing is read yet; `near` are networks that may be private."""
        pinned = await self._pin(target, near)
        request = self._client.build_request(
            method,
            self._httpx.URL(target.url).copy_with(host=pinned),
            headers={"Accept-Encoding": "identity", **headers, "Host": _host_header(target)},
            extensions={"sni_hostname": target.host},
            **sent,
        )
        response = await self._client.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    async def _pin(self, target: _Target, near: Networks) -> str:
        """An address of the target that may be reached."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise OutgoingError(f"There is no host {target.host}") from None
        for *_, place in found:
            address = ip_address(str(place[0]).partition("%")[0])
            if any(address in network for network in near) or (
                target.scheme == "https" and is_public(address)
            ):
                return str(address)
        setting = "TALKOOT_MEMBER_NETWORKS" if near is self._for_members else "TALKOOT_OUTGOING_NETWORKS"
        raise OutgoingError(f"{target.shown} is in a private network, or not https: {setting} may allow it")

    @cached_property
    def _httpx(self) -> Any:
        import httpx2

        return httpx2

    @cached_property
    def _client(self) -> httpx2.AsyncClient:
        """Keeps no connection: two names at one address must not share one. No proxy, no redirect."""
        client: httpx2.AsyncClient = self._httpx.AsyncClient(
            verify=self._httpx.create_ssl_context(),  # SSL_CERT_FILE may name a CA of one's own
            trust_env=False,
            limits=self._httpx.Limits(max_connections=20, max_keepalive_connections=0),
            timeout=SECONDS,
        )
        return client


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the open Internet, and so is any IPv4 address inside it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour is not None or address.teredo is not None:
            return False  # tunnels that nobody needs any more
        if address.is_site_local or address in _COMPATIBLE:
            return False  # private once, and IPv4 inside it: no longer assigned, and still routed by some
    return address.is_global and not address.is_multicast


def _target(url: str, seen_from: str = "") -> _Target:
    try:
        url = urljoin(seen_from, url)
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise OutgoingError("Only http and https addresses are asked") from None
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise OutgoingError("An address needs a host, and has no password in it")
    return _Target(url, parts.scheme, parts.hostname, port)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, in any of the ways in which systems read one (`127.1`); None of a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return IPv4Address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None


def _host_header(target: _Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == _PORTS[target.scheme] else f"{host}:{target.port}"


def _is_near(asked: _Target, told: _Target) -> bool:
    """Whether it is the same host, with or without `www.`, at the same port or under https."""
    same = asked.host.removeprefix("www.") == told.host.removeprefix("www.")
    return same and (told.port == asked.port or told.port == _PORTS["https"])


def _type_in(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def _seconds(said: str) -> float | None:
    try:
        seconds = float(said)
    except ValueError:
        return None  # a date: our own waiting is long enough
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


async def _read(
    response: httpx2.Response, types: Collection[str], target: _Target, *, cut: bool = False
) -> bytes:
    kind = _type_in(response.headers.get("content-type", ""))
    if kind not in types:
        raise OutgoingError(f"{target.shown} answered {response.status_code} with an unexpected type")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise OutgoingError(f"{target.shown} answered compressed, unasked")
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if cut and len(body) >= MOST_BYTES:
            return bytes(body[:MOST_BYTES])
        if len(body) > MOST_BYTES:
            raise OutgoingError(f"{target.shown} answered more than {MOST_BYTES} bytes")
    return bytes(body)


async def _download(
    response: httpx2.Response, target: _Target, keep: Callable[[bytes], object], most: int
) -> Downloaded:
    kind, later = _type_in(response.headers.get("content-type", "")), response.headers.get("retry-after", "")
    got = Downloaded(response.status_code, kind, _seconds(later))
    if got.status != HTTPStatus.OK:
        return got
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise OutgoingError(f"{target.shown} answered compressed, unasked")
    size = 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > most:
            raise TooMuch(f"{target.shown} answered more than {most} bytes")
        keep(part)
    return got
