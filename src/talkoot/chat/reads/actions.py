"""Moving read positions forward: for many people at once, since each message makes many of them read.

What somebody marks as unread again leaves their position where it is: a mark before it counts instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete

from talkoot.chat.access.doors import admit
from talkoot.chat.access.grants import grants_now
from talkoot.chat.access.operations import MARK_READ as MARKING
from talkoot.chat.access.operations import MARK_UNREAD
from talkoot.chat.reads.events import ReadMoved, ShareChosen
from talkoot.chat.reads.models import ReadChoice, ReadPosition
from talkoot.chat.reads.schemas import UnreadOut
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.errors import Invalid, TalkootError
from talkoot.kernel.log import heads
from talkoot.kernel.plain_sql import Statement
from talkoot.kernel.unit_of_work import Batch
from talkoot.kernel.values import State, Value

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.rooms.events import MembersJoined
    from talkoot.kernel.plain_sql import Row
    from talkoot.kernel.transactions import Tx


class MarkRead(Value, frozen=True):
    """Somebody has read a room up to `seq`, told by this connection."""

    actor: Actor
    room: UUID
    seq: int
    connection: UUID | None = None

    @property
    def key(self) -> tuple[UUID, UUID]:
        """Whose position it is."""
        return self.actor.user, self.room


class _Standing(State):
    """Where a room's log stands, and how far somebody has read it."""

    head: int
    count: int
    read_seq: int
    read_count: int
    marked: int | None
    marked_count: int | None
    mentions: int

    def read(self, seq: int, count: int, mentions: int) -> bool:
        """Have it read up to here, where the log's count was this; whether anything moved.

        `mentions` is what is unread of them then.
        """
        if seq < self.read_seq and (self.marked is None or seq < self.marked):
            return False
        moved = seq > self.read_seq or self.marked is not None
        if seq >= self.read_seq:
            self.read_seq, self.read_count, self.marked, self.marked_count = seq, count, None, None
        else:
            self.marked, self.marked_count = seq + 1, count
        self.mentions = mentions
        return moved

    @property
    def unread(self) -> int:
        """How many messages count as unread."""
        return self.count - (self.read_count if self.marked_count is None else self.marked_count)


async def mark_read(tx: Tx, commands: Sequence[MarkRead]) -> Sequence[UnreadOut | TalkootError]:
    """Move positions forward, in order; one behind what is known changes nothing.

    Refusals: NotFound, Invalid for a position beyond the log's head.
    """
    grants = await grants_now(tx, [command.key for command in commands])
    found = await tx.sql.run(_LOOK, [(n, c.room, c.actor.user, c.seq) for n, c in enumerate(commands)])
    rows = {row[0]: row for row in found}
    standings: dict[tuple[UUID, UUID], _Standing] = {}
    moved: dict[tuple[UUID, UUID], Row] = {}
    outcomes: list[UnreadOut | TalkootError] = []
    for number, command in enumerate(commands):
        held = grants[number]
        if (refusal := _refusal(command.actor, held, rows.get(number))) is not None:
            outcomes.append(refusal)
            continue
        _, head, count, count_there, *stands = rows[number]
        at = standings.setdefault(command.key, _Standing(head, count, *stands))
        if at.read(command.seq, count_there, stands[-1]):
            moved[command.key] = (*command.key, at.read_seq, at.read_count, at.marked, at.marked_count)
            assert held is not None
            await tx.emit(_told(command.key, at, held, command.connection))
        outcomes.append(_unread(command.room, at))
    await _move(tx, moved.values())
    return outcomes


MARK_READ = Batch(mark_read)


async def mark_unread(tx: Tx, actor: Actor, room: UUID, seq: int) -> UnreadOut:
    """Count what was read from a position on as unread again; what is unread anyway stays so.

    Refusals: NotFound, Invalid for a position beyond the log's head.
    """
    grants = await room_to_read(tx, actor, room, MARK_UNREAD)
    (row,) = await tx.sql.run(_LOOK, [(0, room, actor.user, seq - 1)])
    _, head, count, count_before, *stands = row
    if count_before is None or seq > head:
        raise _beyond_head()
    at = _Standing(head, count, *stands)
    if seq > at.read_seq or seq == at.marked:
        return _unread(room, at)
    await _move(tx, [(actor.user, room, at.read_seq, at.read_count, seq, count_before)])
    (row,) = await tx.sql.run(_LOOK, [(0, room, actor.user, seq - 1)])
    at = _Standing(*row[1:3], *row[4:])
    await tx.emit(_told((actor.user, room), at, grants, None))
    return _unread(room, at)


async def begin_at_head(tx: Tx, joined: MembersJoined) -> None:
    """What was said before somebody came is not unread for them."""
    head = (await heads(tx, [joined.room]))[joined.room]
    await _move(tx, [(user, joined.room, head.head, head.count, None, None) for user in joined.users])


async def choose_to_share(tx: Tx, actor: Actor, *, share: bool) -> None:
    """Say whether one shares what one has read."""
    await tx.connection.execute(delete(ReadChoice).where(ReadChoice.user_id == actor.user))
    tx.session.add(ReadChoice(user_id=actor.user, share=share))
    await tx.flush()
    await tx.emit(ShareChosen(actor.user))


async def forget_positions_of(tx: Tx, user: UUID) -> None:
    """It is not known any more how far this user has read what."""
    for table in (ReadPosition, ReadChoice):
        await tx.connection.execute(delete(table).where(table.user_id == user))


def _refusal(actor: Actor, grants: Grants | None, row: Row | None) -> TalkootError | None:
    try:
        admit(actor, grants, MARKING)
    except TalkootError as error:
        return error
    return _beyond_head() if row is None or row[3] is None else None


def _beyond_head() -> Invalid:
    return Invalid.field("seq", "beyond_head", "The room's log does not reach that far")


def _told(whose: tuple[UUID, UUID], at: _Standing, held: Grants, connection: UUID | None) -> ReadMoved:
    rules = (held.workspace, held.version)
    return ReadMoved(*whose, at.read_seq, at.unread, connection, *rules, at.marked, at.mentions)


def _unread(room: UUID, at: _Standing) -> UnreadOut:
    return UnreadOut(
        room=room,
        unread=at.unread,
        mentions=at.mentions,
        read_seq=at.read_seq,
        head=at.head,
        marked=at.marked,
    )


async def _move(tx: Tx, positions: Iterable[Row]) -> None:
    """To (user, room, seq, count, marked_seq, marked_count); each user and room once."""
    if rows := list(positions):
        await tx.sql.run(_MOVE, rows)


_STANDING = """
    SELECT n, l.head, l.count, CASE WHEN at = 0 THEN 0 ELSE e.count END,
        coalesce(p.seq, 0), coalesce(p.count, 0), p.marked_seq, p.marked_count, (
            SELECT count(DISTINCT m.seq) FROM mentions m
            WHERE m.room_id = room AND m.sender_id <> who
            AND m.seq > {most}(at, CASE WHEN at < p.seq THEN coalesce(p.marked_seq - 1, p.seq) ELSE 0 END)
            AND m.target IN (
                SELECT who UNION ALL SELECT room
                UNION ALL SELECT role_id FROM memberships WHERE user_id = who AND role_id IS NOT NULL
            )
        )
    FROM {given} JOIN logs l ON l.id = room
    LEFT JOIN events e ON e.log = room AND e.seq = at
    LEFT JOIN read_positions p ON p.user_id = who AND p.room_id = room
"""
_UPSERT = """
    INSERT INTO read_positions (user_id, room_id, seq, count, marked_seq, marked_count) {rows}
    ON CONFLICT (user_id, room_id) DO UPDATE SET seq = excluded.seq, count = excluded.count,
        marked_seq = excluded.marked_seq, marked_count = excluded.marked_count
    WHERE read_positions.seq <= excluded.seq
"""
_LOOK = Statement(
    _STANDING.format(given="(SELECT ?1 AS n, ?2 AS room, ?3 AS who, ?4 AS at)", most="max").strip(),
    _STANDING.format(
        given="unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::bigint[]) AS given (n, room, who, at)",
        most="greatest",
    ).strip(),
)
_MOVE = Statement(
    _UPSERT.format(rows="VALUES (?, ?, ?, ?, ?, ?)").strip(),
    _UPSERT.format(
        rows="SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[],"
        " $6::bigint[])"
    ).strip(),
    returns=False,
)
