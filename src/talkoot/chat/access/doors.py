"""The check that every transport asks: 404 for what one may not know of, 403 for what one may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.permissions import Permission
from talkoot.kernel.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read

# What one needs to know of a resource of each kind.
_KNOWING = {
    "workspace": Permission.WORKSPACE_READ,
    "category": Permission.WORKSPACE_READ,
    "room": Permission.ROOM_READ,
    "thread": Permission.ROOM_READ,
}


def admit(grants: Grants | None, kind: str, permission: Permission) -> Grants:
    """Let through whoever holds the permission; NotFound or Forbidden for all others."""
    if grants is None or grants.kind != kind or _KNOWING[kind] not in grants.permissions:
        raise NotFound(f"There is no such {kind}")
    if permission not in grants.permissions:
        raise Forbidden(f"You do not have the permission {permission} here")
    return grants


async def workspace_for(read: Read, actor: Actor, workspace: UUID, permission: Permission) -> Grants:
    """A workspace in which the actor holds a permission."""
    return admit(await grants_of(read, actor.user, workspace), "workspace", permission)


async def category_for(read: Read, actor: Actor, category: UUID, permission: Permission) -> Grants:
    """A category on which the actor holds a permission."""
    return admit(await grants_of(read, actor.user, category), "category", permission)


async def room_for(
    read: Read, actor: Actor, room: UUID, permission: Permission, *, exclusive: bool = True
) -> Grants:
    """A room in which the actor holds a permission; `exclusive` as for `grants_of`."""
    return admit(await grants_of(read, actor.user, room, exclusive=exclusive), "room", permission)
