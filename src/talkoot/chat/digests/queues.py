"""What waits for a moderator, in all workspaces where they are one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import allows
from talkoot.chat.access.grants import grants_inside
from talkoot.chat.access.operations import LIST_HELD
from talkoot.chat.access.queries import workspaces_of
from talkoot.chat.moderation.queries.complaints import cases_waiting
from talkoot.chat.moderation.queries.held import held_waiting
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


class Waiting(Value, frozen=True):
    """How much waits in one workspace; `newest` is the newest id among it."""

    workspace: str
    held: int
    reported: int
    newest: UUID


async def waiting_for(read: Read, user: UUID) -> list[Waiting]:
    """What waits for somebody where they moderate at this moment."""
    found = []
    for workspace, _ in await workspaces_of(read, user):
        inside = await grants_inside(read, user, workspace.id)
        if workspace.id not in inside:
            continue
        rooms = [room for room, grants in inside.items() if allows(grants, LIST_HELD, None)]
        held, newest_held = await held_waiting(read, rooms)
        cases, newest_case = await cases_waiting(read, user, inside)
        if newest := [id_ for id_ in (newest_held, newest_case) if id_ is not None]:
            found.append(Waiting(workspace.name, held, cases, max(newest)))
    return found
