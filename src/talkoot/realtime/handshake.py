"""What is checked before a request becomes a socket: what a stranger could write is not believed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterable

from talkoot.kernel.values import State, Value

SUBPROTOCOL = "talkoot.v1"

# Whether a browser may connect, by its Origin and the Host it asked for.
AllowsOrigin = Callable[[str, str], bool]
AllowsHost = Callable[[str], bool]

VERSION = "13"

_KEY_BYTES = 16
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
_KNOWN_FORM = re.compile(r"talkoot\.v\d{1,4}")


class Refusal(Value, frozen=True):
    """An HTTP answer instead of a socket."""

    status: int
    code: str
    detail: str
    retry_after: int | None = None

    def headers(self) -> list[tuple[str, str]]:
        """What goes with the answer."""
        headers = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
        if self.retry_after is not None:
            headers.append(("retry-after", str(self.retry_after)))
        if self.status == 426:  # noqa: PLR2004 - Upgrade Required names what is spoken here (RFC 6455, 4.4)
            headers.append(("sec-websocket-version", VERSION))
        return headers

    def body(self) -> bytes:
        """The answer as a problem (RFC 9457)."""
        return json.dumps(
            {
                "type": f"urn:talkoot:problem:{self.code}",
                "title": self.detail,
                "status": self.status,
                "detail": self.detail,
                "code": self.code,
                "retryable": self.retry_after is not None,
                "errors": [],
            }
        ).encode()


class Upgrade(State):
    """The parts of an upgrade request that are looked at; `key` stays empty where a server has checked it."""

    query: bytes
    origins: list[str]
    host: str
    protocols: list[str]
    has_cookie: bool
    forwarded_for: str
    version: str
    key: bytes

    @classmethod
    def read(cls, query: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Upgrade:
        """From the headers of a request, their names in lower case."""
        found: dict[bytes, list[str]] = {}
        for name, value in headers:
            found.setdefault(name, []).append(value.decode("latin-1").strip())
        protocols = ",".join(found.get(b"sec-websocket-protocol", ()))
        return cls(
            query=query,
            origins=found.get(b"origin", []),
            host=",".join(found.get(b"host", ())),
            protocols=[name.strip() for name in protocols.split(",") if name.strip()],
            has_cookie=b"cookie" in found,
            forwarded_for=",".join(found.get(b"x-forwarded-for", ())),
            version=",".join(found.get(b"sec-websocket-version", ())),
            key=",".join(found.get(b"sec-websocket-key", ())).encode("latin-1"),
        )

    def refusal(self, allows_origin: AllowsOrigin, allows_host: AllowsHost) -> Refusal | None:
        """Why this request must not become a socket, or None."""
        if not allows_host(self.host):
            return Refusal(400, "unknown_host", "This server does not answer under this name")
        if self.query:
            return Refusal(400, "malformed", "The socket takes no query string: a token would end in logs")
        if (
            not all(_KNOWN_FORM.fullmatch(name) for name in self.protocols)
            or SUBPROTOCOL not in self.protocols
        ):
            return Refusal(400, "malformed", f"The subprotocol must be {SUBPROTOCOL}; a token is never one")
        # A browser always sends an Origin with a WebSocket; a cookie without one is no browser's doing.
        if len(self.origins) > 1 or (not self.origins and self.has_cookie):
            return Refusal(403, "forbidden", "This origin may not connect")
        if self.origins and not allows_origin(self.origins[0], self.host):
            return Refusal(403, "forbidden", "This origin may not connect")
        return None

    def key_refusal(self) -> Refusal | None:
        """Why the WebSocket handshake itself is wrong, or None."""
        if self.version != VERSION:
            return Refusal(426, "malformed", "Only version 13 of the WebSocket protocol is spoken here")
        try:
            key = base64.b64decode(self.key, validate=True)
        except binascii.Error:
            key = b""
        return (
            None if len(key) == _KEY_BYTES else Refusal(400, "malformed", "Sec-WebSocket-Key is not 16 bytes")
        )

    def accept(self) -> bytes:
        """The proof that the key was read (RFC 6455, 4.2.2)."""
        return base64.b64encode(hashlib.sha1(self.key + _GUID, usedforsecurity=False).digest())


def busy(code: str, detail: str, status: int = 503) -> Refusal:
    """Come back later, and not all at the same time."""
    return Refusal(status, code, detail, retry_after=random.randint(1, 5))  # noqa: S311 - spreads load
