"""The doors to what moderators see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.doors import resource_for
from talkoot.chat.administration.access import installation_to_administer

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


async def audit_to_read(read: Read, actor: Actor, operation: Operation, workspace: UUID | None) -> None:
    """The audit log of a workspace; without one, that of the installation, for who looks after it."""
    if workspace is None:
        await installation_to_administer(read, actor)
    else:
        await resource_for(read, actor, operation, workspace)
