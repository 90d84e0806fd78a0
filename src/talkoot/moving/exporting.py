"""Writes a workspace into an archive: all lines of one moment, then what the files hold."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import bindparam, case, null, select, tuple_

from talkoot import __version__
from talkoot.chat.access.models import Workspace
from talkoot.chat.accounts.models import User
from talkoot.chat.files.models import READY, THUMBNAIL, WITHHELD
from talkoot.chat.messages.actions.send import CREATED
from talkoot.chat.rooms.models import Room
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import NotFound
from talkoot.kernel.log import LogEvent
from talkoot.kernel.values import Value
from talkoot.moving.archive import FORMAT
from talkoot.moving.rows import line_of
from talkoot.moving.sections import CONTENT, EVENT, FRAME, TAIL, Section, about_message

if TYPE_CHECKING:
    from talkoot.kernel.blobs import Blobs
    from talkoot.kernel.transactions import Read
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.moving.archive import Writer
    from talkoot.moving.reporting import Feedback, Report
    from talkoot.moving.sharing import Share

STRETCH = 500  # events of a room that are written together
_PAGE = 1000
_SPOOLED = 4_000_000  # bytes of a file that are kept in memory on its way


class ExportOptions(Value, frozen=True):
    """Which workspace, at which moment, whether with what opens accounts, and what of it: None for all."""

    workspace: UUID
    now: int
    credentials: bool = False
    share: Share | None = None


async def export_workspace(
    uow: UnitOfWork, blobs: Blobs, wanted: ExportOptions, out: Writer, feedback: Feedback
) -> None:
    """Write all of it."""
    files: list[tuple[UUID, str]] = []
    async with uow.read() as read:
        async for kind, row, line in _lines(read, wanted):
            out.line(kind, line)
            if out.due:
                await asyncio.to_thread(out.write_lines)
            feedback.progress.more(1, len(line))
            if kind == "file" and (wanted.share is None or wanted.share.has_content(row)):
                files += [(row["id"], name) for name in _contents_of(row)]
    for file, name in files:
        await _copy(blobs, file, name, out, feedback.report)
        feedback.progress.more(1)
    feedback.report.done.update(out.lines)


async def _lines(read: Read, wanted: ExportOptions) -> AsyncIterator[tuple[str, Any, bytes]]:
    name = await read.connection.scalar(select(Workspace.name).where(Workspace.id == wanted.workspace))
    begin = {
        "what": "export",
        "format": FORMAT,
        "talkoot": __version__,
        "workspace": wanted.workspace,
        "name": name,
        "made_at": rfc3339(wanted.now),
    }
    yield "export", begin, msgspec.json.encode(begin)
    for section in FRAME:
        of = _people_of(wanted) if section is _USER else section
        async for row in _kept(wanted, section.kind, _rows(read, of, wanted.workspace)):
            yield section.kind, row, line_of(of, row)
    rooms = await read.connection.scalars(
        select(Room.id).where(Room.workspace_id == wanted.workspace).order_by(Room.id)
    )
    for room in rooms.all():
        if wanted.share is None or room in wanted.share.rooms:
            async for section, row in _content(read, room):
                yield section.kind, row, line_of(section, row)
    for section in TAIL:
        async for row in _kept(wanted, section.kind, _rows(read, section, wanted.workspace)):
            yield section.kind, row, line_of(section, row)


async def _kept(wanted: ExportOptions, kind: str, rows: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for row in rows:
        if wanted.share is None or wanted.share.keeps(kind, row):
            yield row


def _people_of(wanted: ExportOptions) -> Section:
    if wanted.share is not None:
        return _WITHOUT_ADDRESSES
    return _WITH_PASSWORDS if wanted.credentials else _USER


_USER = next(section for section in FRAME if section.kind == "user")
_WITH_PASSWORDS = replace(
    _USER,
    left_out=_USER.left_out - {"password_hash"},
    # Whoever has a second factor would be without it elsewhere: their password stays behind with it.
    instead={"password_hash": case((User.second_factor, None), else_=User.password_hash)},
)
_WITHOUT_ADDRESSES = replace(
    _USER, instead={"email": null(), "email_verified_at": null(), "time_zone": null()}
)


async def _rows(read: Read, section: Section, workspace: UUID) -> AsyncIterator[Any]:
    """All of a kind, page by page."""
    order = [*([section.order()] if section.order else []), *section.key]
    shown = [section.shown(column) for column in section.columns]
    query = select(*shown, *(order[:1] if section.order else [])).where(section.within(workspace))
    query = query.order_by(*order).limit(_PAGE)
    last: Sequence[Any] | None = None
    while True:
        behind = query
        if last is not None:
            values = [bindparam(None, value, part.type) for value, part in zip(last, order, strict=True)]
            behind = query.where(tuple_(*order) > tuple_(*values))
        found = (await read.connection.execute(behind)).all()
        for row in found:
            yield row._mapping  # noqa: SLF001 - that is its documented name
        if len(found) < _PAGE:
            return
        end = found[-1]
        rank = [end[-1]] if section.order else []
        last = [*rank, *(end._mapping[column.name] for column in section.key)]  # noqa: SLF001


async def _content(read: Read, room: UUID) -> AsyncIterator[tuple[Section, Any]]:
    """A stretch of the log after the other; before its events, the messages that begin in it."""
    after = 0
    while True:
        found = await read.connection.execute(
            select(*EVENT.columns)
            .where(LogEvent.log == room, LogEvent.seq > after)
            .order_by(LogEvent.seq)
            .limit(STRETCH)
        )
        events = found.all()
        ids = [event.id for event in events if event.type == CREATED]
        for section in CONTENT if ids else ():
            about = about_message(section)
            first = [column for column in section.columns if column.name == "seq"]
            rows = await read.connection.execute(
                select(*section.columns).where(about.in_(ids)).order_by(*first, *section.key)
            )
            for row in rows:
                yield section, row._mapping  # noqa: SLF001
        for event in events:
            yield EVENT, event._mapping  # noqa: SLF001
        if len(events) < STRETCH:
            return
        after = events[-1].seq


def _contents_of(row: Any) -> list[str]:
    if row["scan"] in WITHHELD:
        return []
    return [row["content"], *([THUMBNAIL] if row["picture"] == READY and row["blur"] else [])]


async def _copy(blobs: Blobs, file: UUID, name: str, out: Writer, report: Report) -> None:
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(_SPOOLED) as copy:
        try:
            async for piece in blobs.get(f"{file}/{name}", 0, 2**62):
                copy.write(piece)
                digest.update(piece)
                size += len(piece)
        except NotFound:  # deleted since the lines were written
            report.leave_out("file", "not_there", f"{file}/{name}")
            return
        copy.seek(0)
        await asyncio.to_thread(out.content, f"{file}/{name}", copy, size, digest.hexdigest())
