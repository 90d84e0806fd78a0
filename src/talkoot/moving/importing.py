"""Brings a workspace from an archive: verified first, then by portions; an interrupted import goes on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from talkoot.chat.files.models import WAITING, WITHHELD
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.polled import poll_in
from talkoot.chat.onboarding.models import THE_ONE, Installation
from talkoot.chat.polls.actions import close_in_time
from talkoot.chat.posts.models import Blog
from talkoot.chat.rooms.models import Room, direct_key, people_meant
from talkoot.kernel.errors import NotFound
from talkoot.kernel.upsert import insert_into
from talkoot.moving.archive import FORMAT, Content, contents, verified
from talkoot.moving.bounds import Bounds
from talkoot.moving.errors import MovingError
from talkoot.moving.people import settle
from talkoot.moving.rows import row_of
from talkoot.moving.sections import CONTENT, EVENT, SECTIONS
from talkoot.moving.storing import Row, store, store_stretch
from talkoot.moving.there import Held, There, look, mark_begun, mark_done
from talkoot.moving.unfinished import finish_files

if TYPE_CHECKING:
    from talkoot.kernel.blobs import Blobs
    from talkoot.kernel.transactions import Tx
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.moving.reporting import Feedback, Report

_AT_ONCE = 500  # lines in one transaction
_STRETCHED = frozenset({EVENT.kind, *(section.kind for section in CONTENT)})
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


NO_ID = UUID(int=0)


class _Begin(msgspec.Struct, frozen=True):
    """The first line."""

    what: str
    format: int
    workspace: UUID
    name: str


class _Event(msgspec.Struct, frozen=True):
    """What of an event tells whether two logs are one."""

    what: str
    log: UUID = NO_ID
    seq: int = 0
    id: UUID | None = None


async def import_archive(
    uow: UnitOfWork, blobs: Blobs, path: Path, feedback: Feedback, *, scanned: bool
) -> UUID:
    """Bring what is not here yet; the workspace. MovingError for what is no whole export.

    Where all of it is here, nothing is brought: it would undo what people did since. `scanned`: nobody gets a
    file before somebody here has looked for viruses in it.
    """
    there = await _compare(uow, path, feedback)
    if there.whole:
        feedback.report.leave_out("workspace", "is_here_already", str(there.workspace))
        return there.workspace
    await uow.run(partial(mark_begun, workspace=there.workspace))
    bringing = _Bringing(uow, there, feedback.report, scanned=scanned)
    for item in contents(path):
        if isinstance(item, Content):
            await bringing.flush()
            if not bringing.held.holds_content(UUID(item.file)):
                await _keep(blobs, item)
            feedback.progress.more(1, item.size)
        else:
            await bringing.take(item)
            feedback.progress.more(1, len(item))
    await bringing.flush()
    await finish_files(uow, there.workspace)
    await uow.run(partial(_finish, workspace=there.workspace))
    return there.workspace


async def _compare(uow: UnitOfWork, path: Path, feedback: Feedback) -> There:
    """Read all of it once: whether it is whole, and which rooms here are no beginning of those there."""
    lines = verified(path)
    begin = _begin(path, lines)
    async with uow.read() as read:
        there = await look(read, begin.workspace)
    unseen = {room: at for room, at in there.heads.items() if at[0]}
    for line in lines:
        feedback.progress.total += len(line)
        if unseen:
            event = _decoded(line, _Event)
            if (
                event.what == EVENT.kind
                and event.log in unseen
                and unseen[event.log] == (event.seq, event.id)
            ):
                del unseen[event.log]
    there.other = set(unseen)
    for room in () if there.whole else sorted(unseen):
        feedback.report.leave_out("room", "went_on_here", str(room))
    return there


def _begin(path: Path, lines: Iterator[bytes]) -> _Begin:
    try:
        begin = msgspec.json.decode(next(lines, b""), type=_Begin)
    except msgspec.DecodeError:
        begin = None
    if begin is None or begin.what != "export":
        raise MovingError(f"{path} is no export of Talkoot: it does not begin like one.")
    if begin.format != FORMAT:
        raise MovingError(f"{path} has format {begin.format}; this version reads {FORMAT}.")
    return begin


class _Bringing:
    """Gathers lines into portions that are stored together."""

    def __init__(self, uow: UnitOfWork, there: There, report: Report, *, scanned: bool) -> None:
        self._uow = uow
        self._scanned = scanned
        self._there = there
        self._report = report
        self._bounds = Bounds(there.workspace)
        self.held = Held(there)
        self._people: dict[bytes, bytes] = {}  # who has another id here
        self._waiting: list[Row] = []
        self._room: UUID | None = None

    async def take(self, line: bytes) -> None:
        """One more line."""
        if self._people:
            line = _ID.sub(lambda found: self._people.get(found[0], found[0]), line)
        fields = _decoded(line, dict[str, Any])
        kind = fields.get("what")
        section = SECTIONS.get(str(kind))
        if section is None:
            if kind != "export":
                self._report.leave_out("line", "unknown_kind", str(kind)[:100])
            return
        try:
            row = row_of(section, fields)
        except (ValueError, TypeError, KeyError) as error:
            raise MovingError(f"A line of the kind {kind!r} is wrong: {error}.") from None
        self._bounds.require(section.kind, row)
        # What has messages is stored, or held back, as one.
        if section.kind in _STRETCHED or not self.held.holds(section.kind, row):
            await self._place(section.kind, row)

    async def _place(self, kind: str, row: dict[str, Any]) -> None:
        if kind == "user":
            await self.flush()
            await self._settle(row)
            return
        last = self._waiting[-1][0] if self._waiting else kind
        ends = last == EVENT.kind and (kind != EVENT.kind or self._room != row["log"])
        first = self._waiting[0][0] if self._waiting else kind
        apart = kind not in _STRETCHED or first == EVENT.kind  # what has messages is stored as one
        full = len(self._waiting) >= _AT_ONCE and apart
        if ends or full or (kind in _STRETCHED) != (last in _STRETCHED):
            await self.flush()
        self._waiting.append((kind, self._fitted(kind, row)))
        if kind == EVENT.kind:
            self._room = row["log"]

    async def _free_slug(self, tx: Tx, row: dict[str, Any]) -> None:
        """Names of blogs are those of the whole installation."""
        taken = select(Blog.room_id).where(Blog.slug == row["slug"], Blog.room_id != row["room_id"])
        if await tx.connection.scalar(taken) is not None:
            given, row["slug"] = row["slug"], f"{row['slug'][:40]}-{row['room_id'].hex[-8:]}"
            self._report.leave_out("blog", "name_taken", f"{given}: {row['slug']} instead")

    def _fitted(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        if kind == "log":
            return {**row, "head": 0, "count": 0, "last_ts": 0}  # events bring it to where it was
        if kind == "file" and self._scanned and row.get("scan") not in WITHHELD:
            return {**row, "scan": WAITING}  # whoever looked at it was elsewhere
        if kind == "workspace":
            return {**row, "access_version": 0}
        if kind == "room" and row["kind"] == "direct" and self._people:
            people = {self._person(user) for user in people_meant(Room(unique_key=row["unique_key"]))}
            return {**row, "unique_key": direct_key(row["workspace_id"], people)}
        return row

    def _person(self, user: UUID) -> UUID:
        told = str(user).encode()
        return UUID(self._people.get(told, told).decode())

    async def _settle(self, row: dict[str, Any]) -> None:
        where = f"user {row['username']}"
        workspace = self._there.workspace
        here = await self._uow.run(lambda tx: settle(tx, workspace, row, self._report, where))
        if here != row["id"]:
            self._people[str(row["id"]).encode()] = str(here).encode()
        self._report.done["user"] += 1

    async def flush(self) -> None:
        """Store what waits."""
        rows, self._waiting, room, self._room = self._waiting, [], self._room, None
        if not rows or room in self._there.other:
            return
        if room is None and rows[0][0] in _STRETCHED:
            raise MovingError("There are messages without the events that they came with.")
        self._report.done += await self._uow.run(lambda tx: self._store(tx, room, rows), key=room)

    async def _store(self, tx: Tx, room: UUID | None, rows: Sequence[Row]) -> Counter[str]:
        if room is None:
            for kind, row in rows:
                if kind == "blog":
                    await self._free_slug(tx, row)
            rows = await self.held.rest(tx, rows)
            new = await store(tx, self._there.workspace, rows)
            await self._bounds.require_here(tx, rows)
            return new
        await self._bounds.require_in_room(tx, room, rows)
        renew = self._there.heads.get(room, (0, None))[0] > 0
        return await store_stretch(tx, room, rows, renew=renew)


async def _keep(blobs: Blobs, content: Content) -> None:
    """Into the storage, unless it is there: content never changes under its name."""
    name = f"{content.file}/{content.name}"
    try:
        async for _ in blobs.get(name, 0, 1):
            return
    except NotFound:
        await blobs.put(name, _pieces(content))


async def _pieces(content: Content) -> AsyncIterator[bytes]:
    while piece := content.stream.read(1 << 18):
        yield piece


async def _finish(tx: Tx, workspace: UUID) -> None:
    """The first workspace of an empty installation is that of the installation, so nobody sets it up."""
    first = insert_into(tx.connection, Installation).values(
        id=THE_ONE, workspace_id=workspace, set_up_at=tx.now
    )
    await tx.connection.execute(first.on_conflict_do_nothing())
    await _close_polls_in_time(tx, workspace)
    await mark_done(tx, workspace)


async def _close_polls_in_time(tx: Tx, workspace: UUID) -> None:
    """Only at the end: a poll that is closed lets its room go on, and then no more would be brought of it."""
    found = await tx.connection.execute(
        select(Message.id, Message.poll)
        .join(Room, Room.id == Message.room_id)
        .where(Room.workspace_id == workspace, Message.poll.is_not(None), Message.deleted_at.is_(None))
    )
    for message, poll in found.all():
        await close_in_time(tx, message, poll_in(poll or ""))


def _decoded(line: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.DecodeError as error:
        raise MovingError(f"A line is no JSON of an export: {error}.") from None
