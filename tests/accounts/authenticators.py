"""A security key in software, which can be made to lie in every way that a real one can not."""

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

from tests.clients import Json

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One key pair, for one account at one place, and the browser around it."""

    origin: str
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0
    user: bytes = b""

    def make(self, started: Json, **lies: Any) -> Json:
        """What the browser sends after `navigator.credentials.create()`."""
        options = started["options"]
        self.user = raw(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + encode_cbor(public)
        data = self._data(PRESENT | VERIFIED | ATTESTED, **lies) + attested
        response = {
            "clientDataJSON": self._client("webauthn.create", options, **lies),
            "attestationObject": text(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return {"ceremony": started["ceremony"], "credential": self._credential(response)}

    def use(self, started: Json, **lies: Any) -> Json:
        """What the browser sends after `navigator.credentials.get()`."""
        self.count += 1
        client = self._client("webauthn.get", started["options"], **lies)
        data = self._data(PRESENT if lies.get("unverified") else PRESENT | VERIFIED, **lies)
        signed = data + hashlib.sha256(raw(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": text(data),
            "signature": text(lies.get("key", self.key).sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": text(lies.get("user", self.user)),
        }
        return {"ceremony": started["ceremony"], "credential": self._credential(response)}

    def _client(self, kind: str, options: Json, **lies: Any) -> str:
        said = {
            "type": lies.get("type", kind),
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": False,
        }
        return text(json.dumps(said).encode())

    def _data(self, flags: int, **lies: Any) -> bytes:
        place: str = lies.get("rp") or urlsplit(self.origin).hostname or ""
        count = struct.pack(">I", lies.get("count", self.count))
        return hashlib.sha256(place.encode()).digest() + bytes([flags]) + count

    def _credential(self, response: Json) -> Json:
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
