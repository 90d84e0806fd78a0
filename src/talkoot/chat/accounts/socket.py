"""The hello of a socket: a token or a ticket becomes an identity."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from talkoot.chat.accounts.authentication import Admission, admit_bearer, admit_ticket
from talkoot.kernel.errors import NotAuthenticated
from talkoot.realtime.connection import Identity

if TYPE_CHECKING:
    from talkoot.chat.accounts.gate import Gate
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.operations import Hello


def hello_for(gate: Gate) -> Callable[[Hello, Connection], Awaitable[Identity]]:
    """What the hub asks when a socket says hello, or renews its token."""

    async def authenticate(hello: Hello, connection: Connection) -> Identity:
        return _identity(await _admit(gate, hello, connection.address))

    return authenticate


async def _admit(gate: Gate, hello: Hello, address: str) -> Admission:
    if hello.token is not None:
        return await admit_bearer(gate, hello.token, address)
    if hello.ticket is not None:
        return await admit_ticket(gate, hello.ticket, address)
    raise NotAuthenticated("A hello has a token or a ticket")


def _identity(admission: Admission) -> Identity:
    actor = admission.actor
    user = {
        "id": str(actor.user),
        "username": actor.username,
        "display_name": admission.display_name,
        "bot": actor.bot,
    }
    return Identity(actor.user, actor.session, admission.until, actor, {"user": user})
