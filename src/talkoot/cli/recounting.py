"""What `talkoot recount` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import TextClause, bindparam, select, text

from talkoot.chat.rooms.models import Room
from talkoot.cli.databases import unit_of_work
from talkoot.kernel.types import Id

if TYPE_CHECKING:
    from talkoot.settings import Settings

# What is written down in a room, and what follows from its log and its messages; they should be the same.
_MESSAGES = "(SELECT count(*) FROM messages m WHERE m.room_id = :room AND m.thread_id IS NULL"
_REPLIES = "(SELECT count(*) FROM messages r WHERE r.thread_id = m.id AND r.deleted_at IS NULL)"
_WRITTEN = {
    "the head of the log": (
        "SELECT head AS said, (SELECT coalesce(max(seq), 0) FROM events WHERE log = :room) AS fact"
        " FROM logs WHERE id = :room"
    ),
    "the events up to the head": (
        "SELECT head AS said, (SELECT count(*) FROM events WHERE log = :room) AS fact"
        " FROM logs WHERE id = :room"
    ),
    "the messages that count": "SELECT count AS said, {messages}) AS fact FROM logs WHERE id = :room",
    "the messages up to an event": (
        "SELECT e.count AS said, sum(CASE WHEN m.id IS NOT NULL AND m.thread_id IS NULL THEN 1 ELSE 0 END)"
        " OVER (ORDER BY e.seq) AS fact FROM events e LEFT JOIN messages m ON m.id = e.id WHERE e.log = :room"
    ),
    "the messages that somebody has read": (
        "SELECT p.count AS said, {messages} AND m.seq <= p.seq) AS fact"
        " FROM read_positions p WHERE p.room_id = :room"
    ),
    "the messages before a mark": (
        "SELECT p.marked_count AS said, {messages} AND m.seq < p.marked_seq) AS fact"
        " FROM read_positions p WHERE p.room_id = :room AND p.marked_seq IS NOT NULL"
    ),
    "the replies to a message": (
        "SELECT m.reply_count AS said, {replies} AS fact"
        " FROM messages m WHERE m.room_id = :room AND m.thread_id IS NULL"
    ),
}
# Nobody can have read more than there is: told with the head.
_BEYOND = "SELECT p.seq AS said, l.head AS fact FROM {} p JOIN logs l ON l.id = p.room_id WHERE l.id = :room"
_HIGHEST = {
    "how far somebody has read": _BEYOND.format("read_positions"),
    "how far somebody has read a thread": _BEYOND.format("thread_follows"),
}
_DIFFERENT = "SELECT said, fact FROM ({question}) AS counted WHERE said {differs} fact"
_ROOM = bindparam("room", type_=Id)


def _question(sql: str, differs: str) -> TextClause:
    spelt = sql.format(messages=_MESSAGES, replies=_REPLIES)
    return text(_DIFFERENT.format(question=spelt, differs=differs)).bindparams(_ROOM)


_QUESTIONS = [
    (what, _question(sql, differs))
    for differs, questions in (("<>", _WRITTEN), (">", _HIGHEST))
    for what, sql in questions.items()
]


async def recount(settings: Settings, tell: Callable[[str], None]) -> tuple[int, int]:
    """Tell every number that is not what is there; how many rooms there are, and differences."""
    differences = 0
    async with unit_of_work(settings) as uow:
        async with uow.read() as read:
            rooms = (await read.connection.scalars(select(Room.id).order_by(Room.id))).all()
        for room in rooms:
            async with uow.read() as read:  # one for each room: nothing is held open for long
                for what, question in _QUESTIONS:
                    for said, fact in await read.connection.execute(question, {"room": room}):
                        differences += 1
                        tell(f"room {room}: {what}: {said} is written down, {fact} is right")
    return len(rooms), differences
