"""Assertions of applications (RFC 7523): what must be true of one before a word of it is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError

from talkoot.kernel.errors import Malformed
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from joserfc.jwk import Key

LEEWAY = 30  # seconds that clocks may differ
LONGEST = 8192
_HEADER = frozenset({"alg", "kid", "typ"})
_TYPES = frozenset({None, "JWT"})
_TEXT = 255
# Ed25519 has two names (RFC 9864), and is the same whichever the header says.
NAMES = {"HS256": ["HS256"], "RS256": ["RS256"], "ES256": ["ES256"], "EdDSA": ["EdDSA", "Ed25519"]}


class GrantRefused(Malformed):
    """An assertion was not taken (RFC 6749, 5.2); the client is told only that, and the log why."""

    code, title = "invalid_grant", "The assertion does not hold"

    def __init__(self, reason: str) -> None:
        super().__init__(self.title)
        self.reason = reason


class Unproved(Value, frozen=True):
    """What an assertion says before its signature was looked at."""

    algorithm: str
    kid: str | None
    issuer: str


class Expected(Value, frozen=True):
    """What an assertion of one application has to be like; times in seconds."""

    issuer: str
    algorithm: str
    audiences: frozenset[str]
    longest: int
    now: int


class Claims(Value, frozen=True):
    """What is left of an assertion that holds."""

    subject: str
    jti: str
    expires: int
    said: dict[str, Any]


def look_into(token: str) -> Unproved:
    """Who says to have signed it, and how; GrantRefused for what can not be an assertion."""
    if len(token) > LONGEST or not token.isascii():
        raise GrantRefused("it is none")
    try:
        parts = jws.extract_compact(token.encode())
        header, claims = dict(parts.headers()), msgspec.json.decode(parts.payload, type=dict[str, Any])
    except (JoseError, ValueError, TypeError, msgspec.DecodeError):
        raise GrantRefused("it is none") from None
    if not header.keys() <= _HEADER or header.get("typ") not in _TYPES:
        raise GrantRefused("its header has something that is not taken")
    kid = header.get("kid")
    if kid is not None and (not isinstance(kid, str) or len(kid) > _TEXT):
        raise GrantRefused("its key id is none")
    return Unproved(str(header.get("alg")), kid, _text(claims, "iss"))


def proved(token: str, key: Key, expected: Expected) -> Claims:
    """What it says, signed with this key by the one algorithm of its application; GrantRefused otherwise."""
    try:
        said = dict(jwt.decode(token, key, algorithms=NAMES[expected.algorithm]).claims)
    except (JoseError, ValueError, TypeError):
        raise GrantRefused("its signature is wrong") from None
    audience = said.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or not expected.audiences & {a for a in audiences if type(a) is str}:
        raise GrantRefused("it is for somebody else")
    if said.get("iss") != expected.issuer:
        raise GrantRefused("it is of another issuer")
    issued, expires, begins = said.get("iat"), said.get("exp"), said.get("nbf", 0)
    if type(issued) is not int or type(expires) is not int or type(begins) is not int:
        raise GrantRefused("it does not say when it holds")
    if not 0 < expires - issued <= expected.longest:
        raise GrantRefused(f"it lives longer than {expected.longest} seconds")
    if expires <= expected.now or max(issued, begins) > expected.now + LEEWAY:
        raise GrantRefused("it does not hold now")
    return Claims(_text(said, "sub"), _text(said, "jti"), expires, said)


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _TEXT or "\0" in value:
        raise GrantRefused(f"its {name} can not be used")
    return value
