"""Sockets and sessions: a token or a ticket becomes an identity, for as long as its session lasts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from talkoot.chat.accounts.actors import NO_SESSION, NOBODY, Actor
from talkoot.chat.accounts.authentication import Admission, admit_bearer, admit_ticket
from talkoot.chat.accounts.queries import ended_sessions
from talkoot.kernel.clock import DAY
from talkoot.kernel.errors import NotAuthenticated
from talkoot.kernel.ids import new_id
from talkoot.realtime.connection import Identity

if TYPE_CHECKING:
    from talkoot.chat.accounts.gate import Gate
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.hub import Hub
    from talkoot.realtime.operations import Hello

LOOKED_AT_EVERY = 10.0  # seconds; with the time in the cache, a lost message costs 20 at most
_AT_ONCE = 500
_READING = "read"


def hello_for(gate: Gate) -> Callable[[Hello, Connection], Awaitable[Identity]]:
    """What the hub asks when a socket says hello, or renews its token."""

    async def authenticate(hello: Hello, connection: Connection) -> Identity:
        if hello.anonymous and hello.token is None and hello.ticket is None:
            return _nobody(gate, connection.address)
        return _identity(gate, await _admit(gate, hello, connection.address), connection.address)

    return authenticate


async def close_ended_sessions(gate: Gate, hub: Hub, connections: Iterable[Connection]) -> None:
    """Close the sockets whose session has ended without this process being told.

    The message may have been lost, or the command line may have written to the database by itself.
    """
    signed_in = [each.identity for each in connections if each.identity and not each.identity.anonymous]
    sessions = list({identity.session for identity in signed_in})
    for start in range(0, len(sessions), _AT_ONCE):
        some = sessions[start : start + _AT_ONCE]
        async with gate.kernel.uow.read() as read:
            ended = await ended_sessions(read, gate.obliged, some, gate.kernel.clock.now())
        for session in ended:
            gate.sessions.forget(session)
            hub.close_session(session)


async def _admit(gate: Gate, hello: Hello, address: str) -> Admission:
    if hello.token is not None:
        return await admit_bearer(gate, hello.token, address)
    if hello.ticket is not None:
        return await admit_ticket(gate, hello.ticket, address)
    raise NotAuthenticated("A hello has a token or a ticket")


def _nobody(gate: Gate, address: str) -> Identity:
    """Somebody who only reads: each connection is one of its own, and none has a session that could end."""
    if gate.kernel.settings.anonymous_readers == "off":
        raise NotAuthenticated("Nobody reads here without an account")
    actor = Actor(NOBODY, "", NO_SESSION, address=address)
    user = {"id": str(NOBODY), "username": "", "display_name": "", "bot": False}
    until = gate.kernel.clock.now() + 365 * DAY
    return Identity(new_id(), new_id(), until, actor, {"user": user}, told=False, anonymous=True)


def _identity(gate: Gate, admission: Admission, address: str) -> Identity:
    actor = replace(admission.actor, address=address)
    user = {
        "id": str(actor.user),
        "username": actor.username,
        "display_name": admission.display_name,
        "bot": actor.bot,
    }
    identity = Identity(actor.user, actor.session, admission.until, actor, {"user": user})
    if (limits := actor.limits) is not None:
        identity.limits, identity.may = limits, gate.ways(limits)
        # Heads and notices tell of all rooms of the user: they are not for a token that is not good for all.
        identity.told = limits.places is None and _READING in limits.scopes
    return identity
