"""How subscriptions begin: read for many connections in the same few statements."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import allows
from talkoot.chat.access.operations import SUBSCRIBE
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.rooms.wire import event_frame
from talkoot.kernel.log import Head, heads
from talkoot.kernel.log_tails import catch_up
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Limits
    from talkoot.kernel.transactions import Read

RECOVERED = 300  # missed events that are sent over the socket; who missed more pages through /events
_PAGE = 500

Missed = Sequence[tuple[int, bytes]]


class Behind(Value, frozen=True):
    """Positions and frames of events that follow a position; `complete` if there are no more of them."""

    missed: Missed
    complete: bool


class RoomRequest(Value, frozen=True):
    """A room to subscribe to, from a position on; without one, only what comes from now on."""

    room: UUID
    since: int | None = None
    epoch: UUID | None = None


class OpenRequest(Value, frozen=True):
    """The rooms that one user wants; `limits` are those of the token that they came with."""

    user: UUID
    rooms: Sequence[RoomRequest]
    limits: Limits | None = None


class Look(Value, frozen=True):
    """A user who follows a room, and is at this position of it."""

    user: UUID
    room: UUID
    position: int


class Opened(Value, frozen=True):
    """How a subscription begins: where the log stands, and what was missed, if that could be told."""

    workspace: UUID
    head: Head
    missed: Missed
    recovered: bool
    reset: str | None = None

    @property
    def start(self) -> int:
        """What is handed over begins after this position."""
        return self.missed[0][0] - 1 if self.missed else self.head.head


async def open_rooms(read: Read, asked: Sequence[OpenRequest]) -> list[list[Opened | None]]:
    """For each who asks and each of their rooms how it begins; None for a room that they may not read."""
    readable = await rooms_to_read(read, {(each.user, want.room) for each in asked for want in each.rooms})
    known = await heads(read, [*{room for _, room in readable}])
    positions = {
        (want.room, want.since)
        for each in asked
        for want in each.rooms
        if want.since is not None and want.room in known and _may_recover(want, known[want.room])
    }
    behind = await _read_behind(read, positions, known)
    return [
        [
            _opened(workspace, want, known[want.room], behind)
            if (workspace := readable.get((each.user, want.room)))
            and (each.limits is None or each.limits.reach(want.room, workspace))
            else None
            for want in each.rooms
        ]
        for each in asked
    ]


async def rooms_to_read(read: Read, wanted: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], UUID]:
    """The workspaces of those (user, room) of which the user may read the room."""
    return {
        key: grants.workspace
        for key, grants in (await grants_of_many(read, wanted)).items()
        if allows(grants, SUBSCRIBE, None)
    }


async def look_behind(read: Read, looks: Sequence[Look]) -> list[Behind | None]:
    """For each subscription what lies behind its position; None if its user may not read the room."""
    readable = await rooms_to_read(read, {(look.user, look.room) for look in looks})
    known = await heads(read, [*{room for _, room in readable}])
    positions = {(look.room, look.position) for look in looks if look.room in known}
    behind = await _read_behind(read, positions, known)
    return [
        behind[look.room, look.position] if (look.user, look.room) in readable else None for look in looks
    ]


async def _read_behind(
    read: Read, positions: Collection[tuple[UUID, int]], known: Mapping[UUID, Head]
) -> dict[tuple[UUID, int], Behind]:
    """What lies behind each (room, position); one page serves all positions that are near each other."""
    behind = sorted((room, position) for room, position in positions if position < known[room].head)
    pages = await _pages(read, [*{room: (room, at) for room, at in reversed(behind)}.values()], known)
    found = {}
    for room, position in sorted(positions):
        head, page = known[room].head, pages.get(room, [])
        if page and page[-1][0] <= position < head:  # far behind those before it
            page = pages[room] = (await _pages(read, [(room, position)], known))[room]
        missed = page[bisect_right(page, position, key=itemgetter(0)) :]
        end = page[-1][0] if page else head
        found[room, position] = Behind(missed, complete=max(position, end) >= head)
    return found


async def _pages(
    read: Read, starts: Sequence[tuple[UUID, int]], known: Mapping[UUID, Head]
) -> dict[UUID, list[tuple[int, bytes]]]:
    """For each room the positions and frames of events behind a position that is below its head."""
    pages = await catch_up(read, [(known[room], position) for room, position in starts], _PAGE)
    return {
        room: [(event.seq, event_frame(event)) for event in page]
        for (room, _), page in zip(starts, pages, strict=True)
    }


def _may_recover(want: RoomRequest, head: Head) -> bool:
    return want.since is not None and not _reset(want, head) and head.head - want.since <= RECOVERED


def _reset(want: RoomRequest, head: Head) -> str | None:
    if want.epoch is not None and want.epoch != head.epoch:
        return "epoch"
    return "ahead" if want.since is not None and want.since > head.head else None


def _opened(
    workspace: UUID, want: RoomRequest, head: Head, behind: Mapping[tuple[UUID, int], Behind]
) -> Opened:
    if want.since is None:
        return Opened(workspace, head, (), recovered=True)
    if not _may_recover(want, head):
        return Opened(workspace, head, (), recovered=False, reset=_reset(want, head))
    return Opened(workspace, head, behind[want.room, want.since].missed, recovered=True)
