"""Tokens that are made to be kept: by people for their programs, and for bots.

`talkoot_pat_` or `talkoot_bot_`, 49 letters and digits, and a checksum of 6: scanners for secrets know
them by that, and a mistyped one costs no look into the database. The 49 are the session's id and 160 random
bits.
"""

from __future__ import annotations

import re
import secrets
import zlib
from uuid import UUID

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM = 20  # bytes
_BODY, _CHECK = 49, 6
_FORM = re.compile(rf"(talkoot_(?:pat|bot)_[0-9A-Za-z]{{{_BODY}}})([0-9A-Za-z]{{{_CHECK}}})")
_BEGIN = ("talkoot_pat_", "talkoot_bot_")


def make_token(session: UUID, *, bot: bool) -> str:
    """A new token of this session."""
    value = int.from_bytes(session.bytes + secrets.token_bytes(_RANDOM))
    text = f"talkoot_{'bot' if bot else 'pat'}_{_base62(value, _BODY)}"
    return text + _check(text)


def looks_made(token: str) -> bool:
    """Whether it says to be one; an access token never does."""
    return token.startswith(_BEGIN)


def session_of(token: str) -> UUID | None:
    """The session that it names; None if it can not be one."""
    found = _FORM.fullmatch(token)
    if found is None or _check(found[1]) != found[2]:
        return None
    value = 0
    for sign in found[1][-_BODY:]:
        value = value * len(_ALPHABET) + _ALPHABET.index(sign)
    try:
        return UUID(bytes=value.to_bytes(16 + _RANDOM)[:16])
    except OverflowError:
        return None


def _check(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), _CHECK)


def _base62(value: int, length: int) -> str:
    signs = []
    for _ in range(length):
        value, digit = divmod(value, len(_ALPHABET))
        signs.append(_ALPHABET[digit])
    return "".join(reversed(signs))
