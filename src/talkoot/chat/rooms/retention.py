"""How long rooms keep what is said in them: a rule of their own, or that of the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.models import Workspace
from talkoot.chat.access.operations import SET_DEFAULT_RETENTION, SET_RETENTION
from talkoot.chat.rooms.actions import tell_rooms
from talkoot.chat.rooms.models import Room
from talkoot.kernel import jobs
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.rooms.schemas import NewRetention
    from talkoot.kernel.transactions import Tx

EXPIRE = "rooms.expire"
"""The job that deletes what is older than the rules allow."""


async def set_retention(tx: Tx, actor: Actor, room_id: UUID, new: NewRetention) -> Room:
    """Give a room its own rule, or that of the workspace; it holds for what is there already too."""
    if (new.rule == "delete") != (new.days is not None):
        raise Invalid.field("days", "missing", "To delete takes a number of days, and nothing else does")
    await resource_for(tx, actor, SET_RETENTION, room_id, exclusive=False)
    room = await tx.session.get_one(Room, room_id)
    if room.kind == "direct":
        raise Forbidden("Direct rooms keep what is said in them")
    before = {"own": room.retention_own, "days": room.retention_days}
    room.retention_own = new.rule != "workspace"
    days = new.days if room.retention_own else (await _workspace(tx, room.workspace_id)).retention_days
    after = {"own": room.retention_own, "days": days}
    await _change(tx, actor, [room], days)
    act = Act("room.retention_changed", room.workspace_id, room.id, room.id, before=before, after=after)
    await record(tx, actor, act)
    return room


async def set_default_retention(tx: Tx, actor: Actor, workspace_id: UUID, days: int | None) -> None:
    """Give a workspace its rule: it holds in all its rooms but direct ones, and those with their own."""
    await resource_for(tx, actor, SET_DEFAULT_RETENTION, workspace_id, exclusive=False)
    workspace = await _workspace(tx, workspace_id)
    before, workspace.retention_days = {"days": workspace.retention_days}, days
    following = await tx.session.scalars(
        select(Room)
        .where(Room.workspace_id == workspace_id, Room.kind != "direct", Room.retention_own.is_(False))
        .order_by(Room.id)
        .with_for_update(key_share=True)
    )
    await _change(tx, actor, following.all(), days)
    act = Act("workspace.retention_changed", workspace_id, workspace_id, before=before, after={"days": days})
    await record(tx, actor, act)


async def _change(tx: Tx, actor: Actor, rooms: Sequence[Room], days: int | None) -> None:
    """Tell the members of those rooms for which it is something else than before."""
    changed = [room for room in rooms if room.retention_days != days]
    for room in changed:
        room.retention_days = days
    await tx.flush()
    if not changed:
        return
    told = [(room, "room.updated", {"retention_days": days}) for room in changed]
    await tell_rooms(tx, changed[0].workspace_id, told, by=actor.user)
    await jobs.enqueue(tx, EXPIRE, dedupe="asked")


async def _workspace(tx: Tx, workspace: UUID) -> Workspace:
    return await tx.session.get_one(Workspace, workspace, populate_existing=True)
