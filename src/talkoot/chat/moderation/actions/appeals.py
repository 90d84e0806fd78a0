"""Appeals: who is muted, banned or rejected asks for another look, once, and somebody else decides."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.models import Sanction
from talkoot.chat.access.operations import ACCEPT_APPEAL, Operation
from talkoot.chat.access.permissions import Permission
from talkoot.chat.messages.actions.held_edits import held_still
from talkoot.chat.messages.events import ToDecide, What
from talkoot.chat.messages.models import HeldMessage, HeldState
from talkoot.chat.moderation.access import decides_on
from talkoot.chat.moderation.actions.review import let_through
from talkoot.chat.moderation.actions.sanctions import end_early
from talkoot.chat.moderation.events import AppealDecided
from talkoot.chat.moderation.models import Appeal
from talkoot.chat.moderation.queries import somebody_who, workspace_of
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Forbidden, NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.upsert import insert_into
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx

OPEN, ACCEPTED, DENIED = "open", "accepted", "denied"


class Asking(Value, frozen=True):
    """Against what, which is one of the two, and why."""

    sanction: UUID | None
    held: UUID | None
    text: str


async def appeal(tx: Tx, actor: Actor, asking: Asking) -> Appeal:
    """Ask for another look at what met oneself, from outside too.

    Conflict if it is over, or was asked before.
    """
    about = (
        await _sanction(tx, actor, asking.sanction)
        if asking.sanction is not None
        else await _rejected(tx, actor, asking.held)
    )
    made_id = new_id()
    new = {"id": made_id, "user_id": actor.user, "text": asking.text, "state": OPEN, "created_at": tx.now}
    made = await tx.connection.execute(
        insert_into(tx.connection, Appeal)
        .values({**new, **about})
        .on_conflict_do_nothing()
        .returning(Appeal.id)
    )
    if made.one_or_none() is None:
        raise Conflict("You have asked for another look at this before", code="appealed_already")
    await tx.emit(ToDecide(What.APPEAL, made_id))
    return await tx.session.get_one(Appeal, made_id)


async def decide(
    tx: Tx, actor: Actor, operation: Operation, appeal_id: UUID, *, workspace: UUID, reason: str
) -> Appeal:
    """Accept or deny; whoever does the same again is told the same.

    Accepted, the sanction ends at once, or the message is sent. Who decided first does not decide again while
    there is somebody else.
    """
    state = ACCEPTED if operation is ACCEPT_APPEAL else DENIED
    await resource_for(tx, actor, operation, workspace)
    found = await tx.session.scalar(
        select(Appeal).where(Appeal.id == appeal_id, Appeal.workspace_id == workspace).with_for_update()
    )
    grants = await grants_of(tx, actor.user, found.resource_id) if found else None
    if found is None or grants is None or not decides_on(found, grants):
        raise NotFound("There is no such appeal")
    if found.state != OPEN:
        if found.state != state:
            raise Conflict(f"It does not wait any more: it was {found.state}")
        return found
    await _refuse_the_same(tx, actor, grants, found)
    if state == ACCEPTED:
        await _grant(tx, actor, grants, found)
    found.state, found.reason = state, reason or None
    found.decided_at, found.decided_by = tx.now, actor.user
    after = {"appeal": found.id, "sanction": found.sanction_id, "held": found.held_id}
    act = Act(f"appeal.{state}", workspace, found.user_id, found.resource_id, after=after, reason=reason)
    await record(tx, actor, act)
    await tx.emit(AppealDecided(found.user_id, found.id, workspace, state, reason))
    return found


async def _sanction(tx: Tx, actor: Actor, sanction_id: UUID) -> dict[str, UUID]:
    found = await tx.session.get(Sanction, sanction_id)
    if found is None or found.user_id != actor.user:
        raise NotFound("There is no such sanction")
    if not _stands(tx, found):
        raise Conflict("It is over")
    return {
        "sanction_id": found.id,
        "resource_id": found.resource_id,
        "workspace_id": found.workspace_id,
    }


async def _rejected(tx: Tx, actor: Actor, held_id: UUID | None) -> dict[str, UUID]:
    found = await tx.session.get(HeldMessage, held_id) if held_id is not None else None
    if found is None or found.sender_id != actor.user:
        raise NotFound("There is no such message")
    if found.state != HeldState.REJECTED:
        raise Conflict("It was not rejected")
    workspace = await workspace_of(tx, found.room_id)
    return {"held_id": found.id, "resource_id": found.room_id, "workspace_id": workspace}


def _stands(tx: Tx, sanction: Sanction) -> bool:
    return sanction.ended_at is None and (sanction.until is None or sanction.until > tx.now)


async def _refuse_the_same(tx: Tx, actor: Actor, grants: Grants, found: Appeal) -> None:
    if found.user_id == actor.user:
        raise Forbidden("Nobody decides on what they asked for themselves")
    first, needed = await _decided_first(tx, found)
    needed |= {Permission.ROOM_READ if grants.kind == "room" else Permission.WORKSPACE_READ}
    if first == actor.user and await somebody_who(
        tx, found.resource_id, needed, but={actor.user, found.user_id}
    ):
        raise Forbidden("You decided first: another moderator decides on the appeal", code="another_decides")


async def _decided_first(tx: Tx, found: Appeal) -> tuple[UUID | None, set[Permission]]:
    if found.sanction_id is not None:
        sanction = await tx.session.get_one(Sanction, found.sanction_id)
        return sanction.created_by, {Permission.MEMBERS_MODERATE}
    held = await tx.session.get_one(HeldMessage, found.held_id)
    return held.decided_by, {Permission.MESSAGES_MODERATE}


async def _grant(tx: Tx, actor: Actor, grants: Grants, found: Appeal) -> None:
    if found.sanction_id is not None:
        sanction = await tx.session.get_one(Sanction, found.sanction_id, with_for_update=True)
        if _stands(tx, sanction):
            await end_early(tx, actor, sanction)
        return
    assert found.held_id is not None
    held = await held_still(tx, found.held_id)
    if held is not None and held.state == HeldState.REJECTED:
        await let_through(tx, actor, grants, held)
