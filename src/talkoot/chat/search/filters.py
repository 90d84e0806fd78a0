"""From what a query names to what is wanted: people, rooms and days are looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import field

from talkoot.chat.search import queries
from talkoot.chat.search.days import span_of
from talkoot.chat.search.documents import (
    HAS_FILE,
    HAS_LINK,
    HAS_PIN,
    HAS_POLL,
    IN_THREAD,
    KINDS,
    of_kind,
    of_sender,
)
from talkoot.chat.search.language import refused
from talkoot.chat.search.resolved import ResolvedQuery
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.search.language import Filter, Query
    from talkoot.kernel.transactions import Read

_MARKS = {
    ("is", "thread"): IN_THREAD,
    ("has", "link"): HAS_LINK,
    ("has", "file"): HAS_FILE,
    ("has", "poll"): HAS_POLL,
    ("has", "pin"): HAS_PIN,
    **{("has", kind): of_kind(kind) for kind in KINDS},
}


class _Narrowing(State):
    rooms: frozenset[UUID]
    marks: list[str] = field(default_factory=list)
    denied_marks: list[str] = field(default_factory=list)
    since: int = 0
    until: int = 2**62


async def resolve(
    read: Read, actor: Actor, workspace: UUID, query: Query, rooms: frozenset[UUID]
) -> ResolvedQuery:
    """What is wanted within rooms that may be read. Invalid for a name that nobody and nothing has there."""
    narrowing = _Narrowing(rooms)
    for given in query.filters:
        match given.name:
            case "from":
                _mark(narrowing, given, of_sender((await _sender(read, actor, workspace, given)).hex))
            case "in":
                await _room(read, workspace, narrowing, given, rooms)
            case "is" | "has":
                _mark(narrowing, given, _known_mark(given))
            case _:
                await _day(read, actor, narrowing, given)
    return ResolvedQuery(
        frozenset(room.hex for room in narrowing.rooms),
        query.terms,
        query.denied,
        narrowing.marks,
        narrowing.denied_marks,
        narrowing.since,
        narrowing.until,
    )


def _mark(narrowing: _Narrowing, given: Filter, mark: str) -> None:
    (narrowing.denied_marks if given.denied else narrowing.marks).append(mark)


def _known_mark(given: Filter) -> str:
    mark = _MARKS.get((given.name, given.value.lower()))
    if mark is None:
        known = ", ".join(f"{name}:{value}" for name, value in _MARKS)
        raise refused("filter", f"{given.name}:{given.value} is not known; there are {known}")
    return mark


async def _sender(read: Read, actor: Actor, workspace: UUID, given: Filter) -> UUID:
    name = given.value.removeprefix("@")
    if name.lower() == "me":
        return actor.user
    found = await queries.member_named(read, workspace, name)
    if found is None:
        raise refused("from", f"Nobody here is called {name!r}")
    return found


async def _room(
    read: Read, workspace: UUID, narrowing: _Narrowing, given: Filter, among: frozenset[UUID]
) -> None:
    name = given.value.removeprefix("#")
    found = await queries.room_named(read, workspace, name, among)
    if found is None:
        raise refused("in", f"There is no room {name!r}")
    narrowing.rooms = narrowing.rooms - {found} if given.denied else narrowing.rooms & {found}


async def _day(read: Read, actor: Actor, narrowing: _Narrowing, given: Filter) -> None:
    if given.denied:
        raise refused("date", f"Ask for the other days instead of -{given.name}:")
    begin, end = span_of(given.value, await queries.time_zone_of(read, actor.user))
    if given.name in {"on", "after"}:
        narrowing.since = max(narrowing.since, begin if given.name == "on" else end)
    if given.name in {"on", "before"}:
        narrowing.until = min(narrowing.until, end if given.name == "on" else begin)
