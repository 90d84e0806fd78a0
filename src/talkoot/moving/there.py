"""What is here already of what an archive holds, and what of it is not brought for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import field
from sqlalchemy import and_, select

from talkoot.chat.access.models import Workspace
from talkoot.chat.messages.models import Message
from talkoot.chat.rooms.models import Room
from talkoot.kernel.audit import OPERATOR, Act, AuditRecord, record
from talkoot.kernel.log import Log, LogEvent
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx
    from talkoot.moving.storing import Row

_NAMES = ("message_id", "quoted_id")
_NAMING = frozenset({"saved_message", "quote"})  # what may name messages of other rooms than its own
_BEGUN, _DONE = "workspace.import_begun", "workspace.imported"


class There(State):
    """What is here already of what the archive holds.

    `heads` are the positions of rooms and the events there; `other` are rooms that went on by themselves.
    `whole`: no import of the workspace is under way, so that all of it is as people here want it.
    """

    workspace: UUID
    whole: bool = False
    heads: dict[UUID, tuple[int, UUID]] = field(default_factory=dict)
    other: set[UUID] = field(default_factory=set)


async def look(read: Read, workspace: UUID) -> There:
    """What there is of a workspace; nothing is known yet of `other`."""
    found = await read.connection.execute(
        select(Log.id, Log.head, LogEvent.id)
        .join(Room, Room.id == Log.id)
        .outerjoin(LogEvent, and_(LogEvent.log == Log.id, LogEvent.seq == Log.head))
        .where(Room.workspace_id == workspace)
    )
    heads = {room: (head, event) for room, head, event in found}
    return There(workspace, await _whole(read, workspace), heads)


async def _whole(read: Read, workspace: UUID) -> bool:
    marks = set(
        await read.connection.scalars(
            select(AuditRecord.kind).where(
                AuditRecord.scope == workspace, AuditRecord.kind.in_((_BEGUN, _DONE))
            )
        )
    )
    here = await read.connection.scalar(select(Workspace.id).where(Workspace.id == workspace))
    return here is not None and (_DONE in marks or _BEGUN not in marks)


async def mark_begun(tx: Tx, workspace: UUID) -> None:
    """From now on, until it is done, an import of the workspace goes on where it was."""
    await record(tx, OPERATOR, Act(_BEGUN, workspace, workspace))


async def mark_done(tx: Tx, workspace: UUID) -> None:
    """From now on nothing is brought into the workspace."""
    await record(tx, OPERATOR, Act(_DONE, workspace, workspace))


class Held:
    """Keeps back what belongs to rooms that went on here: what was deleted, or who was removed, stays so."""

    def __init__(self, there: There) -> None:
        self._there = there
        self._nodes = set(there.other)
        self._names: set[UUID] = set()  # of posts and files

    def holds(self, kind: str, row: dict[str, Any]) -> bool:
        """Whether a line is about such a room: to be asked for all lines, in their order."""
        if not self._nodes:
            return False
        if kind == "resource" and row["parent_id"] in self._nodes:
            self._nodes.add(row["id"])
        its = (row.get("room_id"), row.get("resource_id"), row.get("log"))
        own = kind in {"resource", "room", "log"} and row["id"] in self._nodes
        if not own and self._nodes.isdisjoint(its) and row.get("post_id") not in self._names:
            return False
        if kind in {"post", "file"}:
            self._names.add(row["id"])
        return True

    def holds_content(self, file: UUID) -> bool:
        """Whether a file belongs to such a room."""
        return file in self._names

    async def rest(self, tx: Tx, rows: Sequence[Row]) -> Sequence[Row]:
        """The lines that name only messages that are here, and are not about one of such a room."""
        named = [*{row[name] for _, row in rows for name in _NAMES if row.get(name)}] if self._nodes else []
        if not named:
            return rows
        found = await tx.connection.execute(select(Message.id, Message.room_id).where(Message.id.in_(named)))
        rooms = {message: room for message, room in found}  # noqa: C416 - rows are no pairs for mypy
        return [
            (kind, row) for kind, row in rows if kind not in _NAMING or self._is_brought(kind, row, rooms)
        ]

    def _is_brought(self, kind: str, row: dict[str, Any], rooms: dict[UUID, UUID]) -> bool:
        if kind == "quote":
            return row["quoted_id"] in rooms
        room = rooms.get(row["message_id"])
        return room is not None and room not in self._there.other
