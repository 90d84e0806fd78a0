"""Who acts: the one value that edges hand to every action, query and door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.kernel.errors import NotAuthenticated

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection

NO_SESSION = UUID(int=0)  # of an actor who is not signed in: the first run, the command line


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated user and the session that vouches for them."""

    user: UUID
    username: str
    session: UUID
    bot: bool = False
    address: str = ""
    """From where this was asked; empty in what is remembered of a session."""


def actor_of(connection: Connection) -> Actor:
    """Who a socket belongs to; NotAuthenticated before its hello."""
    actor = connection.identity.actor if connection.identity is not None else None
    if not isinstance(actor, Actor):
        raise NotAuthenticated
    return actor
