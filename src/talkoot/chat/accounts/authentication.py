"""From a token, a cookie or a ticket to the one who acts, whatever the transport."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from talkoot.chat.accounts.throttle import WRONG_TOKEN, count_wrong
from talkoot.chat.accounts.tokens import TICKET_SECONDS, Vouched
from talkoot.kernel.errors import NotAuthenticated
from talkoot.kernel.ids import fingerprint

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.gate import Gate
    from talkoot.chat.accounts.session_cache import LiveSession


@dataclass(frozen=True, slots=True)
class Admission:
    """Who was let in, by what, and until when (microseconds since the epoch)."""

    actor: Actor
    display_name: str
    by: Literal["bearer", "cookie", "ticket"]
    until: int


async def admit_bearer(gate: Gate, token: str, address: str) -> Admission:
    """Who sent this access token. NotAuthenticated, or RateLimited after many wrong ones."""
    try:
        vouched = gate.tokens.verify_access_token(token, gate.kernel.clock.now())
    except NotAuthenticated as refusal:
        if refusal.code != "token_expired":
            await count_wrong(gate.kernel.limits, address, WRONG_TOKEN)
        raise
    live = await _vouched_session(gate, vouched)
    if live.kind != "token":
        raise _ended()
    return Admission(live.actor, live.display_name, "bearer", min(vouched.until, live.expires_at))


async def admit_cookie(gate: Gate, cookie: str) -> Admission:
    """Whose browser sent this cookie."""
    session, _, secret = cookie.partition(".")
    try:
        live = await session_that_holds(gate, UUID(hex=session))
    except ValueError:
        raise _ended() from None
    if not hmac.compare_digest(live.secret_hash or b"", fingerprint(secret)):
        raise _ended()
    return Admission(live.actor, live.display_name, "cookie", live.expires_at)


async def admit_ticket(gate: Gate, ticket: str, address: str) -> Admission:
    """Who was given this ticket; it works once."""
    try:
        once, mark, vouched = gate.tokens.verify_ticket(ticket, gate.kernel.clock.now())
    except NotAuthenticated as refusal:
        if refusal.code != "token_expired":
            await count_wrong(gate.kernel.limits, address, WRONG_TOKEN)
        raise
    if not await gate.tickets.use(once, TICKET_SECONDS + 1, mark):
        raise NotAuthenticated("The ticket was used before", code="ticket_used")
    live = await _vouched_session(gate, vouched)
    return Admission(live.actor, live.display_name, "ticket", min(vouched.until, live.expires_at))


async def session_that_holds(gate: Gate, session: UUID) -> LiveSession:
    """A session that is neither closed nor expired; NotAuthenticated otherwise."""
    live = await gate.sessions.find(session)
    if live is None or live.expires_at <= gate.kernel.clock.now():
        raise _ended()
    return live


async def _vouched_session(gate: Gate, vouched: Vouched) -> LiveSession:
    live = await session_that_holds(gate, vouched.session)
    if live.actor.user != vouched.user:
        raise _ended()
    return live


def _ended() -> NotAuthenticated:
    return NotAuthenticated("The session has ended; sign in again")
