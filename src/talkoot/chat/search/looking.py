"""Looking whether messages that the index proposes match as they are now, with what their files say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from talkoot.chat.search.documents import Row, document_of
from talkoot.chat.search.inside import look_inside
from talkoot.chat.search.queries import characters_in, said_in

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.search.documents import Said
    from talkoot.chat.search.resolved import ResolvedQuery
    from talkoot.chat.search.schemas import FoundFile
    from talkoot.chat.search.stems import Stems
    from talkoot.kernel.transactions import Read

T = TypeVar("T")
SHORT = 2000  # characters, taken apart in a millisecond
_LONG_TEXTS = asyncio.Semaphore(1)
CHARACTERS = 100_000  # that are taken apart for one page; then it is short
INSIDE = 1_000_000  # characters inside files
_AT_ONCE = 250_000  # of them that are read by one statement; one message may have more


async def in_turn(row: Any, work: Callable[[], T]) -> T:
    """A long text is taken apart in a thread, one at a time: the loop goes on meanwhile."""
    if len(row.text or "") <= SHORT:
        await asyncio.sleep(0)
        return work()
    async with _LONG_TEXTS:
        return await asyncio.to_thread(work)


class Looking:
    """Looks at messages, as they are now, until it has read enough for one page."""

    def __init__(self, read: Read, wanted: ResolvedQuery, stems: Stems) -> None:
        self._read, self._wanted, self._stems = read, wanted, stems
        self._characters, self._inside = CHARACTERS, INSIDE
        self._matching: dict[UUID, bool] = {}
        self._line: dict[UUID, int] = {}
        self._said: dict[UUID, list[Said]] = {}

    @property
    def is_tired(self) -> bool:
        """Whether what was looked at is enough, whether or not it matched."""
        return self._characters <= 0 or self._inside <= 0

    async def ahead(self, rows: Sequence[Any]) -> None:
        """Prepare for looking at these, in this order: what of their files is to be read is read together."""
        left = self._characters
        undecided: list[UUID] = []
        self._matching = {}
        for row in rows:
            if left <= 0:
                break
            left -= len(row.text or "")
            matches = self._matching[row.id] = await in_turn(row, partial(self._matches, _now(row)))
            if row.attachments and (not matches or self._wanted.denied):
                undecided.append(row.id)
        there = await characters_in(self._read, undecided) if undecided else {}
        self._line = {message: there[message] for message in undecided if message in there}

    async def at(self, row: Any) -> list[FoundFile] | None:
        """The files without which it would not match, none where it does by itself; None if it does not."""
        self._characters -= len(row.text or "")
        matches = self._matching[row.id]
        if row.id in self._line:
            self._said = await said_in(self._read, self._next())
        said = self._said.pop(row.id, None)
        if said is None:
            return [] if matches else None
        self._inside -= sum(len(each.text) for each in said)
        async with _LONG_TEXTS:
            inside = await asyncio.to_thread(look_inside, self._wanted, _now(row), said, self._stems)
        return [] if matches and inside is not None else inside

    def _next(self) -> list[UUID]:
        """Who comes next, with as many characters inside as may be read at once."""
        left = _AT_ONCE
        taken: list[UUID] = []
        for message, characters in self._line.items():
            left -= characters
            if taken and left < 0:
                break
            taken.append(message)
        for message in taken:
            del self._line[message]
        return taken

    def _matches(self, row: Row) -> bool:
        document = document_of(row, self._stems)
        return document is not None and self._wanted.matches(document)


def _now(row: Any) -> Row:
    return Row(
        message=row.id.hex,
        room=row.room_id.hex,
        sender=row.sender_id.hex,
        thread=row.thread_id.hex if row.thread_id else None,
        ts=row.ts,
        text=row.text,
        files=row.attachments,
        poll=row.poll,
        pinned=row.pinned_at is not None,
    )
