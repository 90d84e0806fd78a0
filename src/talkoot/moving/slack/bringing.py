"""Brings an export of Slack into a workspace, day by day of each channel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.reads.models import ReadPosition
from talkoot.kernel.audit import OPERATOR, Act, record
from talkoot.kernel.upsert import insert_into
from talkoot.moving.slack.appending import append_drafts, append_pins, there_of
from talkoot.moving.slack.customs import bring_customs
from talkoot.moving.slack.drafts import Drafting
from talkoot.moving.slack.files import store_files, take_files
from talkoot.moving.slack.people import People
from talkoot.moving.slack.rooms import Bring, Rooms
from talkoot.moving.slack.shapes import Message, decoded
from talkoot.moving.storing import stand_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from talkoot.chat.files.models import File
    from talkoot.kernel.transactions import Tx
    from talkoot.moving.slack.drafts import Draft
    from talkoot.moving.slack.place import Place
    from talkoot.moving.slack.source import Source

AT_ONCE = 400  # messages in one transaction


async def bring_slack(place: Place, source: Source) -> None:
    """Bring what is not here yet. What stays behind is in the report."""
    place.feedback.progress.total = sum(size for name, size in source.sizes.items() if "/" in name)
    people = People(place)
    await people.bring(source)
    customs = await bring_customs(place, source)
    rooms = Rooms(place, people)
    for bring in await rooms.bring(source):
        drafting = Drafting(place, people, bring, rooms.names, customs)
        await _messages(place, source, bring, drafting)
        await _end(place, people, bring, drafting)
    await place.do(partial(_record, place=place))


async def _messages(place: Place, source: Source, bring: Bring, drafting: Drafting) -> None:
    days = sorted(name for name in source.sizes if name.startswith(f"{bring.folder}/"))
    for day in days:
        said = []
        for number, data in enumerate(
            source.elements(day, lambda size: place.feedback.progress.more(0, size))
        ):
            where = f"{day}#{number}"
            message = decoded(data, Message, place.feedback.report, "message", where)
            if message is not None:
                said.append((message.ts, where, message))
        said.sort(key=lambda each: each[0])
        waiting: list[Draft] = []
        for _, where, message in said:
            waiting += await drafting.drafts(message, where)
            if len(waiting) >= AT_ONCE:
                await _append(place, bring.room, waiting)
                waiting = []
        await _append(place, bring.room, waiting)


async def _append(place: Place, room: UUID, drafts: Sequence[Draft]) -> None:
    if not drafts:
        return
    async with place.uow.read() as read:
        there = await there_of(read, drafts)
    files: list[File] = []
    for draft in drafts:
        if draft.id not in there:
            files += await take_files(place, room, draft)
    new = await place.do(partial(_store, place=place, room=room, drafts=drafts, files=files), key=room)
    place.feedback.report.done["message"] += len(drafts) if new is None else new
    place.feedback.progress.more(len(drafts))


async def _store(tx: Tx, place: Place, room: UUID, drafts: Sequence[Draft], files: list[File]) -> int:
    await store_files(tx, files)
    return await append_drafts(tx, place.workspace, room, drafts, place.feedback.report)


async def _end(place: Place, people: People, bring: Bring, drafting: Drafting) -> None:
    pins = []
    for pin in bring.channel.pins or ():
        message = drafting.id_of(pin.id)
        if message is None:
            place.feedback.report.leave_out("pin", "no_message", f"{bring.folder}: {pin.id[:50]}")
            continue
        by = await people.known(pin.user, None, bring.folder) if pin.user else place.owner
        pins.append((message, by))
    await place.do(partial(_finish, place=place, bring=bring, pins=pins), key=bring.room)


async def _finish(tx: Tx, place: Place, bring: Bring, pins: Sequence[tuple[UUID, UUID]]) -> None:
    """Pins, and everybody has read what was said elsewhere, unless they have begun to read it here."""
    await append_pins(tx, place.workspace, bring.room, pins, place.feedback.report)
    stand = await stand_of(tx, bring.room)
    begun = set(
        await tx.connection.scalars(select(ReadPosition.user_id).where(ReadPosition.room_id == bring.room))
    )
    rows: list[dict[str, Any]] = [
        {"user_id": member, "room_id": bring.room, "seq": stand.head, "count": stand.count}
        for member in bring.members
        if member not in begun
    ]
    if rows and stand.head:
        await tx.connection.execute(insert_into(tx.connection, ReadPosition).on_conflict_do_nothing(), rows)


async def _record(tx: Tx, place: Place) -> None:
    await record(tx, OPERATOR, Act("workspace.slack_imported", place.workspace, place.workspace))
