"""Slices: a GIN index can not be walked from its newest end, but each slice of messages has a token in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from talkoot.chat.search import postgres_tables as tables

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

SLICE = 8192  # messages
_GROUPS = (1, 4, 16)  # slices searched at once, from the newest on; then all the rest


async def slices_for(connection: AsyncConnection, places: Sequence[int]) -> list[int]:
    """The slices that messages with these rising places belong to; new ones are begun as they fill."""
    newest = (await connection.execute(tables.NEWEST_SLICE)).first()
    number, first, filled = newest or (0, 0, 0)
    chosen = []
    for place in places:
        if place < first:  # late: the stretch it lies in grows
            chosen.append(await connection.scalar(tables.SLICE_OF, {"place": place}) or 0)
            continue
        if filled >= SLICE:
            await _put(connection, number, first, filled)
            number, first, filled = number + 1, place, 0
        filled += 1
        chosen.append(number)
    await _put(connection, number, first, filled)
    return chosen


async def groups_before(
    connection: AsyncConnection, before: int, since: int
) -> Iterator[tuple[list[int], int]]:
    """Slices to search together, newest first, and the first place of each group; the last has no slices."""
    found = (await connection.execute(tables.SLICES, {"before": before})).all()
    return _grouped([(row.number, row.first_place) for row in found], since)


def _grouped(slices: list[tuple[int, int]], since: int) -> Iterator[tuple[list[int], int]]:
    start = 0
    for size in _GROUPS:
        group = slices[start : start + size]
        if not group:
            return
        yield [number for number, _ in group], group[-1][1]
        if group[-1][1] <= since:
            return
        start += size
    if slices[start:]:
        yield [], 0


async def _put(connection: AsyncConnection, number: int, first: int, filled: int) -> None:
    await connection.execute(tables.PUT_SLICE, {"number": number, "first_place": first, "documents": filled})
