"""Who administers the installation: the owners of its first workspace, made by who set it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import role_in
from talkoot.chat.onboarding.queries import first_workspace
from talkoot.kernel.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


async def installation_to_administer(read: Read, actor: Actor) -> None:
    """Let owners of the first workspace through; its members are Forbidden, for others it is NotFound."""
    workspace = await first_workspace(read)
    if workspace is None:
        raise NotFound
    grants = await grants_of(read, actor.user, workspace)
    if grants is None or Permission.WORKSPACE_READ not in grants.permissions:
        raise NotFound
    role = await role_in(read, workspace, actor.user)
    if role is None or role.name != "owner":
        raise Forbidden("Only who owns the first workspace looks after the installation")


async def is_of_the_owners(read: Read, user: UUID) -> bool:
    """Whether somebody owns the first workspace."""
    workspace = await first_workspace(read)
    role = await role_in(read, workspace, user) if workspace else None
    return role is not None and role.name == "owner"
