"""The ends of timelines in memory: the newest messages of active rooms, and the pages that were made of them.

A stretch stands at a position of its room's log and follows the tail of that log (`kernel.log_tails`), so it
is never older than what was acknowledged; where the tail has dropped something the stretch is read again.
Where other servers write too, it is brought up to the head that was read from the database.
Names are part of it: whenever anybody changes theirs, all stretches are dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from cachetools import LRUCache
from msgspec import field

from talkoot.kernel.documents import Document
from talkoot.kernel.values import State, Value

if TYPE_CHECKING:
    from talkoot.chat.messages.stretches import Stretch
    from talkoot.chat.messages.wire import Cursor
    from talkoot.kernel.log import Event, Head
    from talkoot.kernel.log_tails import LogTails

BYTES = 48 * 1024 * 1024  # of all rooms
_OVERHEAD = 800  # bytes of a page without its body


class Reading(Value, frozen=True):
    """Taken before anything is read from the database: what must not change until it is remembered."""

    dropped: int
    names: int


class _Room(State):
    """A stretch, and pages that were made of it: as many as take no more room than the stretch itself."""

    stretch: Stretch
    pages: dict[Cursor, Document] = field(default_factory=dict)
    taken: int = 0

    def keep(self, cursor: Cursor, page: Document) -> None:
        size, most = len(page.body) + _OVERHEAD, self.stretch.cost
        if size > most:
            return
        if self.taken + size > most:
            self.pages.clear()
            self.taken = 0
        self.pages[cursor] = page
        self.taken += size


class Timelines:
    """What is remembered of the ends of timelines."""

    def __init__(self) -> None:
        self._rooms: LRUCache[UUID, _Room] = LRUCache(BYTES, getsizeof=lambda room: 2 * room.stretch.cost)
        self._names = 0

    @property
    def pages(self) -> int:
        """How many pages are remembered."""
        return sum(len(room.pages) for room in self._rooms.values())

    def page(self, tails: LogTails, room: UUID, cursor: Cursor) -> Document | None:
        """A page as it is now; None if it is not all in memory."""
        known = self._up_to_date(tails, room)
        return _page(known, cursor) if known is not None else None

    def position(self, room: UUID) -> int | None:
        """Where the stretch stands that is remembered of a room."""
        known = self._rooms.get(room)
        return known.stretch.position if known is not None else None

    def page_at(self, head: Head, events: Sequence[Event], cursor: Cursor) -> Document | None:
        """A page as it is at this head, up to which these events lead; None if the stretch is not there.

        Nor if it is beyond: whoever asks has looked at who may read when the log ended here. Nor if another
        event is by now where it stood: the database has lost some, and got others.
        """
        room, known = head.log, self._rooms.get(head.log)
        if known is None or known.stretch.position > head.head:
            return None
        at = known.stretch.position  # somebody else may have brought it up in the meantime
        if known.stretch.last != _id_at(at, head, events):
            self._rooms.pop(room)
            return None
        if more := [event for event in events if event.seq > at]:
            followed = known.stretch.followed_by(more)
            if followed is None:
                self._rooms.pop(room)
                return None
            known = self._keep(room, followed)
        return _page(known, cursor) if known.stretch.position == head.head else None

    def put(self, room: UUID, reading: Reading, stretch: Stretch) -> None:
        """A stretch was read, where other servers write too: it is asked for with a head from then on."""
        if reading.names == self._names and (self.position(room) or 0) <= stretch.position:
            self._keep(room, stretch)

    def begin(self, tails: LogTails) -> Reading:
        """A view of the database is about to be opened."""
        return Reading(tails.dropped, self._names)

    def remember(self, tails: LogTails, room: UUID, reading: Reading, stretch: Stretch) -> None:
        """A stretch was read in that view; it is kept if nothing can have been missed since."""
        if reading.names == self._names and tails.follow(room, stretch.position, dropped=reading.dropped):
            self._keep(room, stretch)

    def forget_all(self) -> None:
        """Anything may have changed: messages, and the names of people."""
        self._names += 1
        self._rooms.clear()

    def _up_to_date(self, tails: LogTails, room: UUID) -> _Room | None:
        known = self._rooms.get(room)
        if known is None:
            return None
        events = tails.after(room, known.stretch.position)
        if events == []:
            return known
        followed = known.stretch.followed_by(events) if events is not None else None
        if followed is None:
            self._rooms.pop(room)
            return None
        return self._keep(room, followed)

    def _keep(self, room: UUID, stretch: Stretch) -> _Room:
        known = _Room(stretch)
        if 2 * stretch.cost <= BYTES:
            self._rooms[room] = known
        return known


def _id_at(position: int, head: Head, events: Sequence[Event]) -> UUID | None:
    if position == head.head:
        return head.last
    return next((event.id for event in events if event.seq == position), None)


def _page(known: _Room, cursor: Cursor) -> Document | None:
    if (made := known.pages.get(cursor)) is not None:
        return made
    older, newer = known.stretch.older(*cursor.back), known.stretch.newer(*cursor.forth)
    if older is None or newer is None:
        return None
    page = Document(cursor.page(older, newer))
    known.keep(cursor, page)
    return page
