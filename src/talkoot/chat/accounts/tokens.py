"""What is signed and not stored: access tokens (JWT, RFC 9068), socket tickets, CSRF tokens."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cachetools import LRUCache
from joserfc import jws, jwt
from joserfc.errors import JoseError

from talkoot.chat.accounts.signing_keys import KeyRing
from talkoot.kernel.clock import MINUTE, SECOND
from talkoot.kernel.errors import NotAuthenticated
from talkoot.kernel.ids import fingerprint
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.signing_keys import StoredKey
    from talkoot.kernel.secrets import Secrets
    from talkoot.settings import Settings

TICKET_SECONDS = 30
REMEMBERED = 10_000  # tokens that were found to be ours; what they say never changes
_AUDIENCE = "talkoot"
_LONGEST = 2048
# Ours alone: any other algorithm, type, key id, key address or critical extension is somebody else's token.
_HEADER = {"alg": "HS256", "typ": "at+jwt"}


class Vouched(Value, frozen=True):
    """What a signed value vouches for: a user's session, until a moment (microseconds since the epoch)."""

    session: UUID
    user: UUID
    until: int


class Tokens:
    """Signs and checks; each purpose has a key of its own."""

    def __init__(self, secrets: Secrets, settings: Settings) -> None:
        self._secrets = secrets
        self.keys = KeyRing(secrets, settings.access_token_minutes * MINUTE)
        self._issuer = settings.public_url or "talkoot"
        self._vouched: LRUCache[bytes, Vouched] = LRUCache(REMEMBERED)
        self._heads = self._written_heads()
        self.access_seconds = settings.access_token_minutes * 60

    def access_token(self, session: UUID, user: UUID, now: int) -> str:
        """A signed access token."""
        seconds = now // SECOND
        claims = {
            "iss": self._issuer,
            "aud": _AUDIENCE,
            "sub": str(user),
            "sid": str(session),
            "iat": seconds,
            "exp": seconds + self.access_seconds,
            "jti": randomness.token_urlsafe(12),
        }
        signer = self.keys.current
        return jwt.encode(_header(signer.kid), claims, signer.access, algorithms=["HS256"])

    def take_keys(self, stored: Sequence[StoredKey]) -> None:
        """These keys sign and verify from now on; what was verified with others is looked at again."""
        if self.keys.take(stored):
            self._vouched.clear()
            self._heads = self._written_heads()

    def knows_key_of(self, token: str) -> bool:
        """Whether the key that a token or ticket names is known here; False for one of a moment ago."""
        return self.keys.knows(_kid_of_ticket(token) if "~" in token else _kid_of(token))

    def verify_access_token(self, token: str, now: int) -> Vouched:
        """What an access token says; NotAuthenticated for one that is not ours, or too old."""
        shown = fingerprint(token)
        vouched = self._vouched.get(shown)
        if vouched is None:
            vouched = self._vouched[shown] = self._read_access_token(token, now)
        if vouched.until <= now:
            raise NotAuthenticated("The access token has expired", code="token_expired")
        return vouched

    def _read_access_token(self, token: str, now: int) -> Vouched:
        head = token.partition(".")[0]
        if len(token) > _LONGEST or not token.isascii():
            raise _refused()
        kid = self._heads[head] if head in self._heads else _kid_of(token)
        signer = self.keys.verifier(kid, now)
        if signer is None:
            raise _refused()
        try:
            decoded = jwt.decode(token, signer.access, algorithms=["HS256"])
        except (JoseError, ValueError):
            raise _refused() from None
        if decoded.header != _header(kid):
            raise _refused()
        return self._read_claims(decoded.claims, now)

    def ticket(self, vouched: Vouched, mark: str, now: int) -> str:
        """A ticket that opens one socket, once, within the next half minute; `mark` is that of the store."""
        said = (vouched.session.hex, vouched.user.hex, vouched.until, now + TICKET_SECONDS * SECOND, mark)
        value = ".".join(map(str, (randomness.token_urlsafe(16), *said)))
        signer = self.keys.current
        signed = value if signer.kid is None else f"{value}~{signer.kid}"
        return f"{signed}.{signer.sign_ticket(signed)}"

    def verify_ticket(self, ticket: str, now: int) -> tuple[str, str, Vouched]:
        """A ticket's own id, which works once, its mark, and what it vouches for; or NotAuthenticated."""
        signed, _, signature = ticket.rpartition(".")
        signer = self.keys.verifier(_kid_of_ticket(ticket), now)
        if len(ticket) > _LONGEST or signer is None or not signer.is_ticket(signed, signature):
            raise _refused("ticket")
        once, session, user, until, ends, mark = signed.partition("~")[0].split(".")
        if int(ends) <= now or int(until) <= now:
            raise NotAuthenticated("The ticket has expired", code="token_expired")
        return once, mark, Vouched(UUID(session), UUID(user), int(until))

    def csrf(self, session: UUID) -> str:
        """The token that a cookie session's unsafe requests carry in a header."""
        return self._secrets.sign("csrf", session.hex)

    def is_csrf(self, session: UUID, given: str) -> bool:
        """Whether this is that session's token, in constant time."""
        return self._secrets.verify("csrf", session.hex, given)

    def _written_heads(self) -> dict[str, str | None]:
        """How the tokens of each key begin: nearly always that tells the key, and nothing is read twice."""
        return {
            jwt.encode(_header(kid), {}, signer.access, algorithms=["HS256"]).partition(".")[0]: kid
            for kid, signer in self.keys.signers.items()
        }

    def _read_claims(self, claims: dict[str, Any], now: int) -> Vouched:
        if claims.get("iss") != self._issuer or claims.get("aud") != _AUDIENCE:
            raise _refused()
        expires, begins = claims.get("exp"), claims.get("nbf", 0)
        if type(expires) is not int or type(begins) is not int or begins * SECOND > now:
            raise _refused()
        try:
            return Vouched(UUID(claims["sid"]), UUID(claims["sub"]), expires * SECOND)
        except (KeyError, ValueError, TypeError, AttributeError):
            raise _refused() from None


def _refused(what: str = "access token") -> NotAuthenticated:
    return NotAuthenticated(f"The {what} does not hold")


def _header(kid: str | None) -> dict[str, Any]:
    return _HEADER if kid is None else {**_HEADER, "kid": kid}


def _kid_of(token: str) -> str | None:
    """The key that an access token names, of which nothing is believed yet."""
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError):
        return None
    return kid if isinstance(kid, str) else None


def _kid_of_ticket(ticket: str) -> str | None:
    return ticket.partition("~")[2].partition(".")[0] or None
