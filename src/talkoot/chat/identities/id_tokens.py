"""ID tokens and logout tokens: what must be true of them before a word of theirs is believed."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from talkoot.chat.identities.claims import SignInRefused

if TYPE_CHECKING:
    from talkoot.chat.identities.discovery import Discovery

# Only signatures by a key that the provider alone has; `none` and every HS... are somebody else's work.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 60  # seconds that clocks may differ
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST = 16_384
_HEADER = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
_ID_TOKEN_TYPES = frozenset({None, "JWT"})
_LOGOUT_TYPES = frozenset({None, "JWT", "logout+jwt"})
_NAME_LENGTH = 255


async def read_id_token(discovery: Discovery, token: str, nonce: str, now: int) -> dict[str, Any]:
    """The claims of an ID token for this sign-in; SignInRefused otherwise. `now` in seconds."""
    claims = await _read(discovery, token, _ID_TOKEN_TYPES, now)
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise SignInRefused("the nonce of the ID token is not the one that was sent")
    _text(claims, "sub")
    if "events" in claims:
        raise SignInRefused("a token for something else was given for an ID token")
    return claims


async def read_logout_token(discovery: Discovery, token: str, now: int) -> dict[str, Any]:
    """The claims of a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6), its `jti` not yet used."""
    claims = await _read(discovery, token, _LOGOUT_TYPES, now)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict) or "nonce" in claims:
        raise SignInRefused("this is no logout token")
    _text(claims, "jti")
    if not claims.keys() & {"sub", "sid"}:
        raise SignInRefused("a logout token names a person or a session")
    for name in claims.keys() & {"sub", "sid"}:
        _text(claims, name)
    return claims


async def _read(discovery: Discovery, token: str, types: frozenset[str | None], now: int) -> dict[str, Any]:
    """Signature and everything that both kinds of token have in common."""
    header = _header(token)
    typ = header.get("typ")
    if typ not in types or not header.keys() <= _HEADER or header.get("alg") not in ALGORITHMS:
        raise SignInRefused("the header of the token has something that is not taken")
    kid = header.get("kid")
    key = await discovery.key(kid if isinstance(kid, str) else None)
    if key is None:
        raise SignInRefused("the token is signed with a key that the provider does not publish")
    try:
        claims = dict(jwt.decode(token, key, algorithms=ALGORITHMS).claims)
    except (JoseError, ValueError, TypeError):
        raise SignInRefused("the signature of the token is wrong") from None
    _check_parties(discovery, claims)
    _check_times(claims, now)
    return claims


def _header(token: str) -> dict[str, Any]:
    if len(token) > _LONGEST or not token.isascii():
        raise SignInRefused("the token is not one")
    try:
        return dict(jws.extract_compact(token.encode()).headers())
    except (JoseError, ValueError, TypeError):
        raise SignInRefused("the token is not one") from None


def _check_parties(discovery: Discovery, claims: dict[str, Any]) -> None:
    provider, audience = discovery.provider, claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or provider.client_id not in audiences:
        raise SignInRefused("the token is for somebody else")
    authorised = claims.get("azp", provider.client_id if len(audiences) == 1 else None)
    if authorised != provider.client_id:
        raise SignInRefused("the token was given to somebody else")
    if not provider.vouches_as(str(claims.get("iss")), str(claims.get("tid"))):
        raise SignInRefused("the token is of another issuer or tenant")


def _check_times(claims: dict[str, Any], now: int) -> None:
    expires, issued, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    if not all(type(value) in {int, float} for value in (expires, issued, begins)):
        raise SignInRefused("the token does not say when it holds")
    if expires <= now - LEEWAY or issued > now + LEEWAY or begins > now + LEEWAY:  # type: ignore[operator]
        raise SignInRefused("the token does not hold now")


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _NAME_LENGTH or "\0" in value:
        raise SignInRefused(f"the {name} of the token can not be used")
    return value
