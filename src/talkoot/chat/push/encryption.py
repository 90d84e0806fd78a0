"""What only the browser can read: RFC 8291, which is RFC 8188 (aes128gcm) with keys of RFC 8291 section 3."""

from __future__ import annotations

import base64
import binascii
import os
from typing import TYPE_CHECKING

import msgspec

from talkoot.kernel.errors import Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

RECORD = 4096  # what a push service has to take, header and all (RFC 8030, 7.2)
_POINT, _SALT, _AUTH, _TAG = 65, 16, 16, 16
_HEADER = _SALT + 4 + 1 + _POINT
MOST = RECORD - _HEADER - _TAG - 1  # bytes of what is said
_STEP = 512  # what is said is padded to a multiple: its length tells less
_LAST = b"\x02"


class Browser(msgspec.Struct, frozen=True):
    """Where a browser is told, and for whose eyes; as it stands sealed in the table."""

    endpoint: str
    p256dh: str
    auth: str


def check_keys(p256dh: str, auth: str) -> None:
    """Refuse, as Invalid, what nothing can be encrypted with."""
    try:
        _point(p256dh)
    except ValueError:
        raise Invalid.field("keys.p256dh", "not_a_key", "It must be a point of the curve P-256") from None
    try:
        right = len(from_base64url(auth)) == _AUTH
    except binascii.Error:
        right = False
    if not right:
        raise Invalid.field("keys.auth", "not_a_secret", f"It must be {_AUTH} bytes")


def encrypt(browser: Browser, said: bytes) -> bytes:
    """The body of a message to this browser. At most MOST bytes can be said."""
    from cryptography.hazmat.primitives.asymmetric import ec  # few need it, and it takes its time
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    def derived(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        return HKDF(SHA256(), length, salt, info).derive(key)

    theirs, ours = _point(browser.p256dh), ec.generate_private_key(ec.SECP256R1())
    reader, writer = point_of(theirs), point_of(ours.public_key())
    shared = ours.exchange(ec.ECDH(), theirs)
    key = derived(shared, from_base64url(browser.auth), b"WebPush: info\0" + reader + writer, 32)
    salt = os.urandom(_SALT)
    content = derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derived(key, salt, b"Content-Encoding: nonce\0", 12)
    padded = min(MOST, -(-len(said) // _STEP) * _STEP)
    sealed = AESGCM(content).encrypt(nonce, (said + _LAST).ljust(padded + 1, b"\0"), None)
    return salt + RECORD.to_bytes(4, "big") + bytes([_POINT]) + writer + sealed


def point_of(key: EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def to_base64url(value: bytes) -> str:
    """As RFC 7515 writes bytes."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Those bytes; binascii.Error if it is none."""
    stripped = text.rstrip("=")
    return base64.b64decode(stripped + "=" * (-len(stripped) % 4), altchars=b"-_", validate=True)


def _point(text: str) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    value = from_base64url(text)  # binascii.Error is a ValueError
    if len(value) != _POINT:
        raise ValueError("Another form of a point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), value)
