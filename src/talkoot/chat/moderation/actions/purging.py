"""Deleting all that somebody wrote: begun at once, done in small portions by a job that goes on anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.operations import BEGIN_PURGE, STOP_PURGE
from talkoot.chat.messages.actions.erase import Erasing, delete_messages_of, forget_held_of
from talkoot.chat.messages.queries import Written, messages_of
from talkoot.chat.moderation.access import Where, moderates, person_to_moderate
from talkoot.chat.moderation.models import Purge
from talkoot.chat.moderation.queries import rooms_within, running_purge
from talkoot.kernel import jobs
from talkoot.kernel.audit import PROGRAM, Act, Acting, record
from talkoot.kernel.clock import HOUR
from talkoot.kernel.errors import Conflict, NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read, Tx

PURGE = "moderation.purge"
RUNNING, DONE, STOPPED = "running", "done", "stopped"

_STRETCHES = 10  # of a log that are looked at before it is written down how far it is


class Portion(Value, frozen=True):
    """What is next: messages of one room, and where it goes on; `room` is None when there is no more."""

    room: UUID | None
    written: Written
    begins: bool = False


async def begin_purge(tx: Tx, actor: Actor, where: Where, *, hours: int | None, reason: str) -> Purge:
    """Have all messages of somebody deleted, or those of the last hours, wherever the actor may do that."""
    grants = await person_to_moderate(tx, actor, BEGIN_PURGE, where, gone_too=True)
    if await running_purge(tx, where.resource, where.user) is not None:
        raise Conflict("Their messages are being deleted here already", code="purge_running")
    made = Purge(
        id=new_id(),
        workspace_id=grants.workspace,
        resource_id=where.resource,
        user_id=where.user,
        since=0 if hours is None else tx.now - hours * HOUR,
        reason=reason,
        created_by=actor.user,
        created_at=tx.now,
        state=RUNNING,
        deleted=0,
        rooms_done=0,
        rooms_total=len(await rooms_within(tx, where.resource)),
    )
    tx.session.add(made)
    await tx.flush()
    await jobs.enqueue(tx, PURGE, {"purge": str(made.id)})
    await _write_down(tx, actor, made, "messages.purge_begun", {"hours": hours})
    return made


async def stop_purge(tx: Tx, actor: Actor, where: Where, purge_id: UUID) -> None:
    """Delete no more; what is gone stays gone."""
    await resource_for(tx, actor, STOP_PURGE, where.resource, kind=where.kind)
    purge = await tx.session.get(Purge, purge_id, with_for_update=True)
    if purge is None or purge.resource_id != where.resource:
        raise NotFound("There is no such deletion")
    if purge.state == RUNNING:
        await _end(tx, actor, purge, STOPPED)


async def next_portion(read: Read, purge_id: UUID) -> Portion | None:
    """What is to be deleted next, if whoever began it may still do that; None if nothing is any more."""
    purge = await read.session.get(Purge, purge_id)
    if purge is None or purge.state != RUNNING:
        return None
    room, before = purge.room_id, purge.before
    begins = before is None or before == 0
    if begins:
        rooms = await rooms_within(read, purge.resource_id)
        room = next((each for each in rooms if room is None or each > room), None)
        before = None
    found = Written([], 0)
    if room is None:
        return Portion(None, found)
    for _ in range(_STRETCHES):
        found = await messages_of(read, purge.user_id, room, before=before, since=purge.since)
        before = found.before
        if found.ids or found.before == 0:
            break
    return Portion(room, found, begins=begins)


async def delete_portion(tx: Tx, purge_id: UUID, portion: Portion) -> Purge:
    """Delete it if whoever began this may do so at this moment, and write down how far it is."""
    purge = await tx.session.get_one(Purge, purge_id)
    room = portion.room
    allowed = room is not None and moderates(await grants_of(tx, purge.created_by, room, exclusive=False))
    await tx.session.refresh(purge, with_for_update=True)
    if purge.state != RUNNING:
        return purge
    if room is None:
        await _end(tx, PROGRAM, purge, DONE)
        return purge
    if allowed:
        erasing = Erasing(purge.workspace_id, room, purge.created_by)
        purge.deleted += await delete_messages_of(tx, purge.user_id, portion.written.ids, erasing)
        if portion.begins:
            await forget_held_of(tx, purge.user_id, room, since=purge.since)
    purge.room_id, purge.before = room, portion.written.before if allowed else 0
    purge.rooms_done += purge.before == 0
    return purge


async def _end(tx: Tx, acting: Acting, purge: Purge, state: str) -> None:
    purge.state, purge.ended_at = state, tx.now
    await _write_down(tx, acting, purge, f"messages.purge_{state}", {"deleted": purge.deleted})


async def _write_down(tx: Tx, acting: Acting, purge: Purge, kind: str, after: dict[str, int | None]) -> None:
    of = {"purge": purge.id, **after}
    act = Act(kind, purge.workspace_id, purge.user_id, purge.resource_id, after=of, reason=purge.reason)
    await record(tx, acting, act)
