"""Kick, mute and ban. A sanction ends by itself: it is asked for the time whenever it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.actions import record_change
from talkoot.chat.access.administration import end_membership
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.models import Sanction
from talkoot.chat.access.operations import IMPOSE_SANCTION, LIFT_SANCTION, Operation
from talkoot.chat.moderation.access import Where, person_to_moderate
from talkoot.chat.moderation.events import Sanctioned
from talkoot.chat.rooms.actions import take_out_of_room
from talkoot.kernel import jobs
from talkoot.kernel.audit import PROGRAM, Act, Acting, record
from talkoot.kernel.clock import SECOND, rfc3339_or_none
from talkoot.kernel.errors import Forbidden, NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx

SANCTION_ENDS = "moderation.sanction_ends"


class Imposing(Value, frozen=True):
    """A sanction to be imposed: `mute` or `ban`, for so many seconds or until it is lifted."""

    sanction: str
    reason: str
    seconds: int | None


async def impose(tx: Tx, actor: Actor, where: Where, new: Imposing) -> Sanction:
    """Mute or ban; one of the same kind that stands is replaced. Who is banned is out at once.

    Who has left already can be banned too, and does not come back.
    """
    grants = await person_to_moderate(tx, actor, IMPOSE_SANCTION, where, gone_too=new.sanction == "ban")
    before = await _standing(tx, where, new.sanction)
    if before is not None:
        before.ended_at = tx.now
        await tx.flush()
    until = None if new.seconds is None else tx.now + new.seconds * SECOND
    made = Sanction(
        id=new_id(),
        workspace_id=grants.workspace,
        resource_id=where.resource,
        user_id=where.user,
        kind=new.sanction,
        reason=new.reason,
        created_by=actor.user,
        created_at=tx.now,
        until=until,
    )
    tx.session.add(made)
    await tx.flush()
    if new.sanction == "ban":
        await _take_out(tx, actor, where)
    await record_change(tx, grants.workspace, where.resource, {where.user})
    if until is not None:
        await jobs.enqueue(tx, SANCTION_ENDS, {"sanction": str(made.id)}, run_at=until)
    await _write_down(tx, actor, made, "member.muted" if new.sanction == "mute" else "member.banned")
    await tx.emit(_told(made))
    return made


async def lift(tx: Tx, actor: Actor, where: Where, sanction: str) -> None:
    """End a sanction before its time; NotFound if none stands."""
    await resource_for(tx, actor, LIFT_SANCTION, where.resource, kind=where.kind)
    if where.user == actor.user:
        raise Forbidden("Nobody can do this to themselves")
    standing = await _standing(tx, where, sanction)
    if standing is None or (standing.until is not None and standing.until <= tx.now):
        raise NotFound("There is no such sanction")
    await end_early(tx, actor, standing)


async def end_early(tx: Tx, actor: Actor, standing: Sanction) -> None:
    """End a sanction that stands; whoever calls this may do so."""
    await _end(tx, standing)
    await _write_down(tx, actor, standing, f"{standing.kind}.lifted")


async def end_in_time(tx: Tx, sanction: UUID) -> None:
    """The time of a sanction is over: open sockets are looked at again, and whom it concerned is told."""
    standing = await tx.session.get(Sanction, sanction, with_for_update=True)
    if standing is None or standing.ended_at is not None:
        return
    await _end(tx, standing)
    await _write_down(tx, PROGRAM, standing, f"{standing.kind}.ended")


async def kick(tx: Tx, actor: Actor, operation: Operation, where: Where, reason: str) -> None:
    """Take somebody out, who may come back."""
    grants = await person_to_moderate(tx, actor, operation, where)
    await _take_out(tx, actor, where)
    act = Act("member.kicked", grants.workspace, where.user, where.resource, reason=reason)
    await record(tx, actor, act)
    await tx.emit(Sanctioned(where.user, "kick", grants.workspace, where.resource, reason))


async def _take_out(tx: Tx, actor: Actor, where: Where) -> None:
    if where.kind == "workspace":
        workspace = where.resource
        await end_membership(tx, workspace, where.user)
    elif where.kind == "room":
        await take_out_of_room(tx, where.resource, where.user, by=actor.user)


async def _standing(tx: Tx, where: Where, sanction: str) -> Sanction | None:
    return await tx.session.scalar(
        select(Sanction)
        .where(
            Sanction.resource_id == where.resource,
            Sanction.user_id == where.user,
            Sanction.kind == sanction,
            Sanction.ended_at.is_(None),
        )
        .with_for_update()
    )


async def _end(tx: Tx, standing: Sanction) -> None:
    standing.ended_at = tx.now
    await tx.flush()
    await record_change(tx, standing.workspace_id, standing.resource_id, {standing.user_id})
    await tx.emit(_told(standing, ended=True))


async def _write_down(tx: Tx, acting: Acting, of: Sanction, kind: str) -> None:
    until = {"until": rfc3339_or_none(of.until)}
    act = Act(kind, of.workspace_id, of.user_id, of.resource_id, after=until, reason=of.reason)
    await record(tx, acting, act)


def _told(of: Sanction, *, ended: bool = False) -> Sanctioned:
    return Sanctioned(of.user_id, of.kind, of.workspace_id, of.resource_id, of.reason, of.until, ended=ended)
