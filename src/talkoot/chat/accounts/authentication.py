"""From a token, a cookie or a ticket to the one who acts, whatever the transport."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeVar
from uuid import UUID

from talkoot.chat.accounts.made_tokens import looks_made, session_of
from talkoot.chat.accounts.throttle import WRONG_TOKEN, count_wrong
from talkoot.chat.accounts.tokens import TICKET_SECONDS, Vouched
from talkoot.kernel.errors import Forbidden, NotAuthenticated
from talkoot.kernel.ids import fingerprint
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.gate import Gate
    from talkoot.chat.accounts.session_cache import LiveSession


T = TypeVar("T")
_WITH_ACCESS_TOKENS = frozenset({"token", "granted"})


class Admission(Value, frozen=True):
    """Who was let in, by what, and until when (microseconds since the epoch)."""

    actor: Actor
    display_name: str
    by: Literal["bearer", "granted", "made", "cookie", "ticket"]
    until: int
    must_enrol: bool = False


class EnrolFirst(Forbidden):
    """Signed in, and asked for a second factor that is not there yet: nothing else is open until it is."""

    code, title = "second_factor_missing", "Set up a second factor first: this server asks for one"


async def admit_bearer(gate: Gate, token: str, address: str, *, enrolling: bool = False) -> Admission:
    """Who sent this token. NotAuthenticated, or RateLimited after many wrong ones.

    Who has to set up a second factor first is let in only where that is done (`enrolling`), else EnrolFirst.
    """
    if looks_made(token):
        return await _admit_made(gate, token, address)
    try:
        vouched = await _verified(gate, token, gate.tokens.verify_access_token)
    except NotAuthenticated as refusal:
        if refusal.code != "token_expired":
            await count_wrong(gate.kernel.limits, address, WRONG_TOKEN)
        raise
    live = await _vouched_session(gate, vouched, enrolling=enrolling)
    if live.kind not in _WITH_ACCESS_TOKENS:
        raise _ended()
    by: Literal["bearer", "granted"] = "granted" if live.kind == "granted" else "bearer"
    return Admission(live.actor, live.display_name, by, min(vouched.until, live.expires_at))


async def _admit_made(gate: Gate, token: str, address: str) -> Admission:
    """Who sent this token, which was made to be kept."""
    session = session_of(token)
    live = await gate.sessions.find(session) if session is not None else None
    right = live is not None and live.kind == "made" and _has_secret(live, token)
    if live is None or not right or live.expires_at <= gate.kernel.clock.now():
        await count_wrong(gate.kernel.limits, address, WRONG_TOKEN)
        raise NotAuthenticated("The token does not hold: it was revoked, has expired, or never was one")
    if live.must_enrol:
        raise EnrolFirst
    return Admission(live.actor, live.display_name, "made", live.expires_at)


async def admit_cookie(gate: Gate, cookie: str, *, enrolling: bool = False) -> Admission:
    """Whose browser sent this cookie; `enrolling` as for tokens."""
    session, _, secret = cookie.partition(".")
    try:
        live = await session_that_holds(gate, UUID(hex=session), enrolling=True)
    except ValueError:
        raise _ended() from None
    if live.kind != "cookie" or not _has_secret(live, secret):
        raise _ended()
    if live.must_enrol and not enrolling:
        raise EnrolFirst
    return Admission(live.actor, live.display_name, "cookie", live.expires_at, live.must_enrol)


async def admit_ticket(gate: Gate, ticket: str, address: str) -> Admission:
    """Who was given this ticket; it works once."""
    try:
        once, mark, vouched = await _verified(gate, ticket, gate.tokens.verify_ticket)
    except NotAuthenticated as refusal:
        if refusal.code != "token_expired":
            await count_wrong(gate.kernel.limits, address, WRONG_TOKEN)
        raise
    if not await gate.tickets.use(once, TICKET_SECONDS + 1, mark):
        raise NotAuthenticated("The ticket was used before", code="ticket_used")
    live = await _vouched_session(gate, vouched, enrolling=False)
    return Admission(live.actor, live.display_name, "ticket", min(vouched.until, live.expires_at))


async def _verified(gate: Gate, signed: str, verify: Callable[[str, int], T]) -> T:
    """What it says; another server may have signed it with a key that this one has not seen yet."""
    try:
        return verify(signed, gate.kernel.clock.now())
    except NotAuthenticated:
        if gate.tokens.knows_key_of(signed):
            raise
        await gate.look_for_keys(at_once=True)
        return verify(signed, gate.kernel.clock.now())


async def session_that_holds(gate: Gate, session: UUID, *, enrolling: bool = False) -> LiveSession:
    """A session that is neither closed nor expired; NotAuthenticated otherwise, or EnrolFirst."""
    live = await gate.sessions.find(session)
    if live is None or live.expires_at <= gate.kernel.clock.now():
        raise _ended()
    if live.must_enrol and not enrolling:
        raise EnrolFirst
    return live


def _has_secret(live: LiveSession, secret: str) -> bool:
    return hmac.compare_digest(live.secret_hash or b"", fingerprint(secret))


async def _vouched_session(gate: Gate, vouched: Vouched, *, enrolling: bool) -> LiveSession:
    live = await session_that_holds(gate, vouched.session, enrolling=enrolling)
    if live.actor.user != vouched.user:
        raise _ended()
    return live


def _ended() -> NotAuthenticated:
    return NotAuthenticated("The session has ended; sign in again")
