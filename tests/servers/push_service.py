"""A real push service, and browsers behind it that read what reaches them, as RFC 8030, 8291 and 8292 say."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import os
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

Json = dict[str, Any]
PATIENCE = 30.0


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """What a browser knows of its own subscription; `told` is what it could read, `headers` with what."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    told: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # instead of taking it
    asked: int = 0

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def subscription(self) -> Json:
        keys = {"p256dh": base64url(self.point), "auth": base64url(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    async def message(self, number: int = 1) -> Json:
        """Wait for the so-manieth message."""
        async with asyncio.timeout(PATIENCE):
            while len(self.told) < number:  # noqa: ASYNC110 - it comes in another thread
                await asyncio.sleep(0.02)
        return self.told[number - 1]

    async def was_asked(self, times: int) -> None:
        """Wait until it was tried so often to reach it."""
        async with asyncio.timeout(PATIENCE):
            while self.asked < times:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)


def opened(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What is said in the body of a message, of one record: RFC 8291, section 3.4, word by word."""
    salt, record, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    writer, sealed = body[21 : 21 + length], body[21 + length :]
    assert len(sealed) <= record
    reader = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), writer)

    def hmac_of(secret: bytes, text: bytes) -> bytes:
        return hmac.new(secret, text, hashlib.sha256).digest()

    shared = hmac_of(auth, key.exchange(ec.ECDH(), theirs))
    mixed = hmac_of(shared, b"WebPush: info\0" + reader + writer + b"\1")
    start = hmac_of(salt, mixed)
    content = hmac_of(start, b"Content-Encoding: aes128gcm\0\1")[:16]
    nonce = hmac_of(start, b"Content-Encoding: nonce\0\1")[:12]
    padded = AESGCM(content).decrypt(nonce, sealed, None)
    said = padded.rstrip(b"\0")
    assert said.endswith(b"\2")
    return said[:-1]


class PushService:
    """Takes messages for its browsers from the one installation that they subscribed to."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._browsers: dict[str, Browser] = {}
        self._numbers = itertools.count(1)
        self.key = ""  # of the installation
        self.subjects: set[str] = set()
        self.wrong: list[str] = []
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def browser(self) -> Browser:
        path = f"/push/{next(self._numbers)}-{os.urandom(8).hex()}"
        made = self._browsers[path] = Browser(self.origin + path)
        return made

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """The answer to one message."""
        browser = self._browsers[path]
        browser.asked += 1
        if browser.answers:
            return browser.answers.pop(0)
        if wrong := self._complaint(headers):
            self.wrong.append(wrong)
            return 403, {}
        browser.headers.append(headers)
        browser.sizes.append(len(body))
        browser.told.append(json.loads(opened(body, browser.key, browser.auth)))
        return 201, {"location": f"{self.origin}/messages/1"}

    def _complaint(self, headers: dict[str, str]) -> str:
        scheme, _, rest = headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        point = bytes_of(parts["k"])
        if scheme != "vapid" or parts["k"] != self.key or len(point) != 65:
            return f"another key: {rest}"
        jwk: dict[str, str | list[str]] = {
            "kty": "EC",
            "crv": "P-256",
            "x": base64url(point[1:33]),
            "y": base64url(point[33:]),
        }
        token = jwt.decode(parts["t"], ECKey.import_key(jwk), algorithms=["ES256"])
        if token.claims["aud"] != self.origin or not 0 < token.claims["exp"] - time.time() <= 24 * 3600:
            return f"claims: {token.claims}"
        self.subjects.add(token.claims["sub"])
        if headers.get("content-encoding") != "aes128gcm" or int(headers["ttl"]) <= 0:
            return f"headers: {headers}"
        return ""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers["content-length"]))
                try:
                    status, more = service.take(self.path, headers, body)
                except Exception as error:  # noqa: BLE001 - the test wants to know
                    service.wrong.append(repr(error))
                    status, more = 400, {}
                self.send_response(status)
                for name, value in {**more, "content-length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
