"""The ends of timelines in memory: the newest messages of active rooms, and the pages that were made of them.

A stretch stands at a position of its room's log and follows the tail of that log (`kernel.log_tails`), so it
is never older than what was acknowledged; where the tail has dropped something the stretch is read again.
Names are part of it: whenever anybody changes theirs, all stretches are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from cachetools import LRUCache

from talkoot.kernel.documents import Document

if TYPE_CHECKING:
    from talkoot.chat.accounts.events import ProfileChanged
    from talkoot.chat.messages.stretches import Stretch
    from talkoot.chat.messages.wire import Cursor
    from talkoot.kernel.log_tails import LogTails

STRETCH_BYTES = 32 * 1024 * 1024
PAGE_BYTES = 16 * 1024 * 1024
LARGEST_PAGE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """Taken before anything is read from the database: what must not change until it is remembered."""

    dropped: int
    names: int


class Timelines:
    """What is remembered of the ends of timelines."""

    def __init__(self) -> None:
        self._stretches: LRUCache[UUID, Stretch] = LRUCache(STRETCH_BYTES, getsizeof=lambda s: s.cost)
        self._pages: LRUCache[tuple[UUID, Cursor], tuple[Stretch, Document]] = LRUCache(
            PAGE_BYTES, getsizeof=lambda page: len(page[1].body)
        )
        self._names = 0

    def page(self, tails: LogTails, room: UUID, cursor: Cursor) -> Document | None:
        """A page as it is now; None if it is not all in memory."""
        stretch = self._up_to_date(tails, room)
        if stretch is None:
            return None
        made = self._pages.get((room, cursor))
        if made is not None and made[0] is stretch:
            return made[1]
        older, newer = stretch.older(*cursor.back), stretch.newer(*cursor.forth)
        if older is None or newer is None:
            return None
        page = Document(cursor.page(older, newer))
        if len(page.body) <= LARGEST_PAGE:
            self._pages[room, cursor] = stretch, page
        return page

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
        self._stretches.clear()

    def profile_changed(self, _changed: ProfileChanged) -> None:
        """Listener after the commit: somebody may have another name."""
        self.forget_all()

    def _up_to_date(self, tails: LogTails, room: UUID) -> Stretch | None:
        stretch = self._stretches.get(room)
        if stretch is None:
            return None
        events = tails.after(room, stretch.position)
        if events == []:
            return stretch
        followed = stretch.followed_by(events) if events is not None else None
        if followed is None:
            self._stretches.pop(room)
        else:
            self._keep(room, followed)
        return followed

    def _keep(self, room: UUID, stretch: Stretch) -> None:
        if stretch.cost <= STRETCH_BYTES:
            self._stretches[room] = stretch
