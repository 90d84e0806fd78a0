"""The doors to what moderators see."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import role_in, was_member
from talkoot.chat.administration.access import installation_to_administer
from talkoot.kernel.errors import Forbidden, NotFound
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.moderation.models import Appeal, Case
    from talkoot.kernel.transactions import Read


async def audit_to_read(read: Read, actor: Actor, operation: Operation, workspace: UUID | None) -> None:
    """The audit log of a workspace; without one, that of the installation, for who looks after it."""
    if workspace is None:
        await installation_to_administer(read, actor)
    else:
        await resource_for(read, actor, operation, workspace)


class Where(Value, frozen=True):
    """On which node, which must be of this kind, and upon whom."""

    kind: str
    resource: UUID
    user: UUID


async def person_to_moderate(
    read: Read, actor: Actor, operation: Operation, where: Where, *, gone_too: bool = False
) -> Grants:
    """The actor may do this there, and to this person: not to oneself, one above, or an equal moderator.

    With `gone_too` it may be done to somebody who was a member once, and left or was banned.
    """
    grants = await resource_for(read, actor, operation, where.resource, kind=where.kind)
    mine, theirs = [await role_in(read, grants.workspace, user) for user in (actor.user, where.user)]
    if theirs is None and gone_too and await was_member(read, grants.workspace, where.user):
        return grants
    if mine is None or theirs is None:
        raise NotFound("There is no such member")
    if where.user == actor.user:
        raise Forbidden("Nobody can do this to themselves")
    held = await grants_of(read, where.user, where.resource)
    equal = held is not None and Permission.MEMBERS_MODERATE in held.permissions
    if theirs.rank < mine.rank or (theirs.rank == mine.rank and equal):
        raise Forbidden("Nobody can do this to somebody above them, or to a moderator like themselves")
    return grants


def sees(case: Case, user: UUID, workspace: Grants, room: Grants | None) -> bool:
    """Whether a moderator is told of what was reported, who may do this in the workspace and in its room.

    Nobody hears who reported themselves.
    """
    if case.user_id == user:
        return False
    if case.room_id is not None and moderates(room):
        return True
    needed = Permission.MEMBERS_MODERATE if case.message_id is None else Permission.MESSAGES_MODERATE
    return case.outside and needed in workspace.permissions


def decides_on(appeal: Appeal, grants: Grants) -> bool:
    """Whether somebody with these grants on its node may decide on an appeal."""
    return moderates(grants) if appeal.held_id is not None else decides_on_sanctions(grants)


def decides_on_sanctions(grants: Grants) -> bool:
    """Whether somebody may lift what others are under on a node."""
    known = Permission.ROOM_READ if grants.kind == "room" else Permission.WORKSPACE_READ
    return grants.permissions >= {known, Permission.MEMBERS_MODERATE}


def moderates(grants: Grants | None) -> bool:
    """Whether somebody may take messages out of a room: one that they read, for nobody acts unseen."""
    return grants is not None and grants.permissions >= {Permission.ROOM_READ, Permission.MESSAGES_MODERATE}
