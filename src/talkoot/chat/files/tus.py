"""The words of the tus protocol, 1.0.0: what stands in its headers (https://tus.io/protocols/resumable-upload)."""

from __future__ import annotations

import base64
import hashlib
import re
from email.utils import formatdate
from typing import TYPE_CHECKING

from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import Malformed, Outdated
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
CHECKSUMS = ("sha1", "sha256")
OFFSET_TYPE = "application/offset+octet-stream"
_LONGEST = 4096  # bytes of metadata
_NAMES = ("filename", "name")
WAVEFORM = re.compile(r"[A-Za-z0-9_-]{2,171}")
"""Of 2 to 128 bytes, base64url without padding."""
_DIGITS = 15


class Checksum(Value, frozen=True):
    """What a request has to sum up to."""

    algorithm: str
    digest: bytes

    def begin(self) -> hashlib._Hash:
        """To be fed with all that comes."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def require_version(headers: Mapping[str, str]) -> None:
    """Outdated for what speaks another version, or none."""
    if headers.get("tus-resumable") != VERSION:
        raise Outdated(f"Say `Tus-Resumable: {VERSION}`: that is the version spoken here", code="tus_version")


def number_in(headers: Mapping[str, str], name: str) -> int:
    """A number of bytes that has to be there."""
    value = headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
        raise Malformed(f"`{name}` has to be a number of bytes")
    return int(value)


def name_in(metadata: str) -> str:
    """How the file is called by its metadata; empty if it is not."""
    told = _told(metadata)
    return next((told[name] for name in _NAMES if told.get(name)), "")


def waveform_in(metadata: str) -> str | None:
    """That of a voice message: empty if it is to be found out; None for any other file."""
    waveform = _told(metadata).get("waveform")
    if waveform and not WAVEFORM.fullmatch(waveform):
        raise Malformed("A `waveform` has a byte for each of 2 to 128 equal parts, in base64url; or is empty")
    return waveform


def _told(metadata: str) -> dict[str, str]:
    if len(metadata) > _LONGEST:
        raise Malformed(f"`Upload-Metadata` may have {_LONGEST} bytes")
    told: dict[str, str] = {}
    if not metadata:
        return told
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            told[key] = base64.b64decode(value, validate=True).decode()
        except ValueError:  # of no Base64, of what is not ASCII, and of no UTF-8
            raise Malformed("`Upload-Metadata` has pairs of a key and its value in Base64") from None
    return told


def checksum_in(headers: Mapping[str, str]) -> Checksum | None:
    """What `Upload-Checksum` says; Malformed for a way to sum up that is not known here."""
    given = headers.get("upload-checksum")
    if given is None:
        return None
    algorithm, _, value = given.strip().partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError:
        digest = b""
    if algorithm not in CHECKSUMS or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise Malformed(f"`Upload-Checksum` is one of {', '.join(CHECKSUMS)} and the sum in Base64")
    return Checksum(algorithm, digest)


def expires(moment: int) -> str:
    """A moment (microseconds) as `Upload-Expires` says it."""
    return formatdate(moment / SECOND, usegmt=True)
