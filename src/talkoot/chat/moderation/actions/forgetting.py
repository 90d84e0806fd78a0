"""Copies and complaints are forgotten: of who has left for good, and what is older than its room keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select, update

from talkoot.chat.moderation.models import Appeal, Case, Report
from talkoot.chat.rooms.models import Room
from talkoot.kernel.clock import DAY
from talkoot.kernel.moments import moment

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.kernel.transactions import Tx


async def forget_complaints_of(tx: Tx, person: UUID, *, messages: bool) -> None:
    """The words of their reports go, their appeals whole; with `messages` also copies of what they wrote."""
    await tx.connection.execute(delete(Appeal).where(Appeal.user_id == person))
    await tx.connection.execute(update(Report).where(Report.reporter_id == person).values(text=""))
    if messages:
        await _without_copies(tx, Case.user_id == person)


async def forget_old_copies(tx: Tx) -> None:
    """A message that was reported is kept no longer than its room keeps messages, counted from the report."""
    too_old = moment(tx.connection, tx.now) - Room.retention_days * DAY
    rooms = select(Room.id).where(Room.id == Case.room_id, Case.opened_at < too_old)
    await _without_copies(tx, rooms.exists())


async def _without_copies(tx: Tx, which: ColumnElement[bool]) -> None:
    cases = select(Case.id).where(which)
    seen = update(Report).where(Report.seen.is_not(None), Report.case_id.in_(cases))
    await tx.connection.execute(seen.values(seen=None))
    await tx.connection.execute(update(Case).where(Case.text.is_not(None), which).values(text=None))
