"""Deciding on what was reported: the moderator who comes first decides, and it counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, update

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.operations import CLOSE_REPORT, DELETE_MESSAGE
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.actions.change import delete_message
from talkoot.chat.messages.events import ToDecide, What
from talkoot.chat.messages.models import HeldMessage, HeldState
from talkoot.chat.moderation.access import Where, moderates, sees
from talkoot.chat.moderation.actions.reporting import CLOSED
from talkoot.chat.moderation.actions.sanctions import Imposing, impose
from talkoot.chat.moderation.events import ReportHandled
from talkoot.chat.moderation.models import Case, Report
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Invalid, NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx

DISMISS = "dismiss"


class Deciding(Value, frozen=True):
    """What is to be done: `dismiss`, or some of `delete`, `hold`, `mute` and `ban`, for `seconds`."""

    actions: frozenset[str]
    reason: str
    everywhere: bool = False
    seconds: int | None = None

    @property
    def outcome(self) -> str:
        """As it is written down."""
        return " ".join(sorted(self.actions))


async def close_case(tx: Tx, actor: Actor, workspace: UUID, case_id: UUID, deciding: Deciding) -> Case:
    """Do what was decided, forget what the message said, and tell those who reported it that it was handled.

    Who decides the same again is told the same; Conflict if it was decided otherwise.
    """
    grants = await resource_for(tx, actor, CLOSE_REPORT, workspace)
    case = await tx.session.scalar(
        select(Case).where(Case.id == case_id, Case.workspace_id == workspace).with_for_update()
    )
    inside = await grants_of(tx, actor.user, case.room_id) if case and case.room_id else None
    if case is None or not sees(case, actor.user, grants, inside):
        raise NotFound("There is no such report")
    if case.state == CLOSED:
        if case.outcome != deciding.outcome:
            raise Conflict("It was decided otherwise by somebody else")
        return case
    await _act(tx, actor, case, deciding)
    case.state, case.text, case.outcome = CLOSED, None, deciding.outcome
    case.closed_at, case.closed_by, case.note = tx.now, actor.user, deciding.reason or None
    await tx.flush()
    await tx.connection.execute(update(Report).where(Report.case_id == case.id).values(seen=None))
    await _write_down(tx, actor, case)
    reports = await tx.connection.execute(
        select(Report.reporter_id, Report.id).where(Report.case_id == case.id)
    )
    for reporter, report in reports.all():
        await tx.emit(ReportHandled(reporter, report))
    return case


async def _act(tx: Tx, actor: Actor, case: Case, deciding: Deciding) -> None:
    actions = deciding.actions
    if DISMISS in actions and len(actions) > 1:
        raise Invalid.field("actions", "exclusive", "Dismiss it, or do something about it")
    if {"delete", "hold"} <= actions:
        raise Invalid.field("actions", "exclusive", "Delete the message, or hold it")
    if actions & {"delete", "hold"}:
        if case.message_id is None:
            raise Invalid.field("actions", "no_message", "A person was reported, and no message")
        await _take_away(tx, actor, case.message_id, hold="hold" in actions)
    for sanction in sorted(actions & {"mute", "ban"}):
        here = case.room_id is not None and not case.outside and not deciding.everywhere
        kind, node = ("room", case.room_id) if here else ("workspace", case.workspace_id)
        assert node is not None
        imposing = Imposing(sanction, deciding.reason, deciding.seconds)
        await impose(tx, actor, Where(kind, node, case.user_id), imposing)


async def _take_away(tx: Tx, actor: Actor, message_id: UUID, *, hold: bool) -> None:
    """Delete the message, if it is still there; held, it waits for its approval as a new one would."""
    message, grants = await message_for(tx, actor, DELETE_MESSAGE, message_id)
    if not moderates(grants):
        raise NotFound("There is no such message")
    text, author, room, thread = message.text, message.sender_id, message.room_id, message.thread_id
    if message.deleted_at is not None:
        if hold:
            raise Conflict("The message was deleted meanwhile: there is nothing to hold")
        return
    await delete_message(tx, actor, message_id)
    if hold:
        held = HeldMessage(
            id=new_id(),
            room_id=room,
            sender_id=author,
            thread_id=thread,
            text=text,
            why="report",
            state=HeldState.WAITING,
            created_at=tx.now,
        )
        tx.session.add(held)
        await tx.flush()
        await tx.emit(ToDecide(What.HELD, held.id))


async def _write_down(tx: Tx, actor: Actor, case: Case) -> None:
    after = {"message": case.message_id, "actions": (case.outcome or "").split(), "reports": case.count}
    kind = "report.dismissed" if case.outcome == DISMISS else "report.acted_on"
    place = case.room_id or case.workspace_id
    reason = case.note or ""
    await record(tx, actor, Act(kind, case.workspace_id, case.user_id, place, after=after, reason=reason))
