"""Reporting a message or a person to those who moderate."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, update

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import REPORT_MESSAGE, REPORT_USER
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import role_in
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.events import ToDecide, What
from talkoot.chat.moderation.models import Case, Report
from talkoot.chat.moderation.queries import somebody_who
from talkoot.kernel import log
from talkoot.kernel.errors import Conflict, Forbidden, NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.upsert import insert_into
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.models import Message
    from talkoot.kernel.transactions import Tx

OPEN, CLOSED = "open", "closed"


class Complaint(Value, frozen=True):
    """Why: one of the reasons of the list, and a few words."""

    reason: str
    text: str


async def report_message(tx: Tx, actor: Actor, message_id: UUID, complaint: Complaint) -> tuple[Report, Case]:
    """Tell those who moderate the room what was said; what it says now is kept until they have decided.

    Where nobody else moderates, as in a direct room, those of the workspace are told that one message.
    Conflict for whoever has reported it before.
    """
    message, grants = await message_for(tx, actor, REPORT_MESSAGE, message_id)
    if message.sender_id == actor.user:
        raise Forbidden("Nobody reports themselves")
    await log.lock(tx, [message.room_id])  # others report it too, and its author may change it
    await tx.session.refresh(message)
    if message.deleted_at is not None:
        raise NotFound("This message was deleted")
    before = select(Report.id).where(Report.message_id == message_id, Report.reporter_id == actor.user)
    if await tx.session.scalar(before) is not None:
        raise _reported_before()
    case = await _case_of_message(tx, grants.workspace, message)
    seen = message.text if message.text != case.text else None
    return await _add(tx, actor, case, complaint, seen)


async def report_user(
    tx: Tx, actor: Actor, workspace: UUID, user: UUID, complaint: Complaint
) -> tuple[Report, Case]:
    """Tell those who moderate the workspace of a member. Conflict while one's own report of them is open."""
    await resource_for(tx, actor, REPORT_USER, workspace, exclusive=False)
    if user == actor.user:
        raise Forbidden("Nobody reports themselves")
    if await role_in(tx, workspace, user) is None:
        raise NotFound("There is no such member")
    values = {"workspace_id": workspace, "user_id": user, "outside": True}
    case = await _case(tx, values, Case.workspace_id == workspace, Case.user_id == user)
    before = select(Report.id).where(Report.case_id == case.id, Report.reporter_id == actor.user)
    if await tx.session.scalar(before) is not None:
        raise _reported_before()
    return await _add(tx, actor, case, complaint, None)


async def _case_of_message(tx: Tx, workspace: UUID, message: Message) -> Case:
    watchful = {Permission.ROOM_READ, Permission.MESSAGES_MODERATE}
    others = await somebody_who(tx, message.room_id, watchful, but={message.sender_id})
    values = {
        "workspace_id": workspace,
        "room_id": message.room_id,
        "message_id": message.id,
        "user_id": message.sender_id,
        "text": message.text,
        "outside": not others,
    }
    return await _case(tx, values, Case.message_id == message.id)


async def _case(tx: Tx, values: dict[str, object], *about: ColumnElement[bool]) -> Case:
    """The open case, made if there is none: of those who report at the same moment one makes it."""
    new = {"id": new_id(), "state": OPEN, "count": 0, "opened_at": tx.now, **values}
    await tx.connection.execute(insert_into(tx.connection, Case).values(new).on_conflict_do_nothing())
    of_person = Case.message_id.is_(None) if "message_id" not in values else Case.message_id.is_not(None)
    found = await tx.session.scalars(
        select(Case).where(*about, of_person, Case.state == OPEN).with_for_update()
    )
    return found.one()


async def _add(
    tx: Tx, actor: Actor, case: Case, complaint: Complaint, seen: str | None
) -> tuple[Report, Case]:
    made = Report(
        id=new_id(),
        case_id=case.id,
        message_id=case.message_id,
        reporter_id=actor.user,
        reason=complaint.reason,
        text=complaint.text,
        seen=seen,
        created_at=tx.now,
    )
    tx.session.add(made)
    await tx.flush()
    await tx.connection.execute(update(Case).where(Case.id == case.id).values(count=Case.count + 1))
    await tx.emit(ToDecide(What.REPORT, case.id))
    return made, case


def _reported_before() -> Conflict:
    return Conflict("You have reported this already", code="reported_already")
