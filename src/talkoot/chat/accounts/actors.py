"""Who acts: the one value that edges hand to every action, query and door."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.kernel.errors import NotAuthenticated
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection

NOBODY = UUID(int=0)  # who reads without an account
NO_SESSION = UUID(int=0)  # of an actor who is not signed in: the first run, the command line


class Limits(Value, frozen=True):
    """What a token is good for: kinds of things to do, and, unless None, workspaces and rooms to do it in."""

    scopes: frozenset[str]
    places: frozenset[UUID] | None = None

    def reach(self, resource: UUID, workspace: UUID) -> bool:
        """Whether something that lies in this workspace is within the places."""
        return self.places is None or resource in self.places or workspace in self.places


class Actor(Value, frozen=True):
    """An authenticated user and the session that vouches for them."""

    user: UUID
    username: str
    session: UUID
    bot: bool = False
    address: str = ""
    """From where this was asked; empty in what is remembered of a session."""
    limits: Limits | None = None
    """Of the token that vouches for them; None for who may do all that they may do."""

    def reaches(self, resource: UUID, workspace: UUID) -> bool:
        """Whether their token is good for something that lies in this workspace."""
        return self.limits is None or self.limits.reach(resource, workspace)


def actor_of(connection: Connection) -> Actor:
    """Who a socket belongs to; NotAuthenticated before its hello."""
    actor = connection.identity.actor if connection.identity is not None else None
    if not isinstance(actor, Actor):
        raise NotAuthenticated
    return actor
