"""One's own sessions, and tickets for sockets."""

from __future__ import annotations

from uuid import UUID

from talkoot.chat.accounts import queries, views
from talkoot.chat.accounts.actions import close_session, close_sessions_of
from talkoot.chat.accounts.http_auth import CurrentActor, CurrentAdmission, GateDep
from talkoot.chat.accounts.schemas import SessionInfo, Ticket
from talkoot.chat.accounts.tokens import TICKET_SECONDS, Vouched
from talkoot.kernel.errors import Forbidden, Invalid, Malformed, NotAuthenticated, NotFound, RateLimited
from talkoot.kernel.http import make_router, problems
from talkoot.kernel.paging import Page

router = make_router(Malformed, NotAuthenticated, RateLimited, tags=["sessions"])


@router.get("/auth/sessions")
async def list_sessions(gate: GateDep, actor: CurrentActor) -> Page[SessionInfo]:
    """Where one is signed in, the session used last first."""
    async with gate.kernel.uow.read() as read:
        sessions = await queries.live_sessions_of(read, actor.user, gate.kernel.clock.now())
    return Page(items=[views.session_info(session, actor.session) for session in sessions])


@router.delete("/auth/sessions", status_code=204, responses=problems(Forbidden))
async def close_other_sessions(gate: GateDep, actor: CurrentActor) -> None:
    """Sign out everywhere but here; the tokens that were made for programs stay."""
    await gate.kernel.uow.run(
        lambda tx: close_sessions_of(tx, actor.user, keep=actor.session, tokens=False), key=actor.user
    )


@router.delete("/auth/sessions/{session}", status_code=204, responses=problems(Forbidden, NotFound, Invalid))
async def close_one_session(gate: GateDep, actor: CurrentActor, session: UUID) -> None:
    """Sign out there."""
    if not await gate.kernel.uow.run(lambda tx: close_session(tx, actor.user, session), key=actor.user):
        raise NotFound("There is no such session")


@router.post("/ws-ticket", responses=problems(Forbidden))
async def get_ticket(gate: GateDep, admission: CurrentAdmission) -> Ticket:
    """A ticket that opens one socket, once; the socket lives no longer than what asked for it."""
    vouched = Vouched(admission.actor.session, admission.actor.user, admission.until)
    mark = await gate.tickets.mark()
    ticket = gate.tokens.ticket(vouched, mark, gate.kernel.clock.now())
    return Ticket(ticket=ticket, expires_in=TICKET_SECONDS)
