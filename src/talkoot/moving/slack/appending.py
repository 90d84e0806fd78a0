"""Drafts become messages: numbered behind what the log of the room has, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec import field
from sqlalchemy import bindparam, select, update

from talkoot.chat.messages.actions.erase import DELETED
from talkoot.chat.messages.actions.send import CREATED
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.reacted import SHOWN, Reacted
from talkoot.chat.pins.models import Pin
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Id
from talkoot.kernel.values import State
from talkoot.moving.storing import Stand, append_events, stand_of, store

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx
    from talkoot.moving.reporting import Report
    from talkoot.moving.slack.drafts import Draft
    from talkoot.moving.storing import Row

PINS = 50


class _Going(State):
    """A log that goes on: each event gets the next position, and a time behind the last one."""

    room: UUID
    stand: Stand
    events: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, type_: str, body: dict[str, Any], sender: UUID | None, ts: int, **more: Any
    ) -> dict[str, Any]:
        """One more event."""
        last = self.events[-1] if self.events else None
        seq, count = (last["seq"], last["count"]) if last else (self.stand.head, self.stand.count)
        before = last["ts"] if last else self.stand.last_ts
        event = {
            "log": self.room,
            "seq": seq + 1,
            "id": more.get("id") or new_id(),
            "type": type_,
            "subject": more.get("subject"),
            "sender": sender,
            "cid": more.get("cid"),
            "digest": None,
            "ts": max(ts, before + 1),
            "count": count + more.get("countable", 0),
            "body": msgspec.json.encode(body).decode(),
        }
        self.events.append(event)
        return event


async def there_of(read: Read, drafts: Sequence[Draft]) -> set[UUID]:
    """Those of these that are messages already."""
    found = select(Message.id).where(Message.id.in_([draft.id for draft in drafts]))
    return set(await read.connection.scalars(found))


async def append_drafts(tx: Tx, workspace: UUID, room: UUID, drafts: Sequence[Draft], report: Report) -> int:
    """Append those that are not there, in their order; how many."""
    going = _Going(room, await stand_of(tx, room))
    there = await there_of(tx, drafts)
    fresh = [draft for draft in drafts if draft.id not in there]
    if not fresh:
        return 0
    rows: list[Row] = []
    for draft in fresh:
        rows += _rows_of(going, draft, report)
    rows.sort(key=lambda row: row[0] != "message")
    await store(tx, workspace, rows)
    await _count_replies(tx, going, fresh)
    await append_events(tx, room, going.events)
    return len(fresh)


async def append_pins(
    tx: Tx, workspace: UUID, room: UUID, wanted: Iterable[tuple[UUID, UUID]], report: Report
) -> None:
    """Pin these messages, each for somebody, unless they are pinned; as many as a room may have."""
    going = _Going(room, await stand_of(tx, room))
    pinned = set(await tx.connection.scalars(select(Pin.message_id).where(Pin.room_id == room)))
    for message, person in wanted:
        if message in pinned:
            continue
        known = await tx.connection.scalar(
            select(Message.id).where(
                Message.id == message, Message.room_id == room, Message.deleted_at.is_(None)
            )
        )
        if known is None or len(pinned) >= PINS:
            report.leave_out("pin", "message_is_not_there" if known is None else "too_many", str(message))
            continue
        pinned.add(message)
        event = going.add("pin.added", {"message": message}, person, 0)
        row = {"message_id": message, "room_id": room, "user_id": person}
        await store(tx, workspace, [("pin", {**row, "seq": event["seq"], "ts": event["ts"]})])
        await tx.connection.execute(
            update(Message).where(Message.id == message).values(pinned_at=event["ts"])
        )
    if going.events:
        await append_events(tx, room, going.events)


def _rows_of(going: _Going, draft: Draft, report: Report) -> list[Row]:
    its = {"id": draft.id, "subject": draft.id, "cid": draft.cid, "countable": draft.root is None}
    created = going.add(CREATED, _body(draft), draft.sender, draft.ts, **its)
    if created["ts"] != draft.ts:
        report.leave_out("time", "the_room_is_newer", draft.where)
    message: dict[str, Any] = {
        "id": draft.id,
        "room_id": going.room,
        "seq": created["seq"],
        "sender_id": draft.sender,
        "thread_id": draft.root,
        "text": draft.text,
        "ts": created["ts"],
        "edited_at": None,
        "deleted_at": None,
        "reply_count": 0,
        "attachments": _json(draft.shown) if draft.shown else None,
        "reactions": None,
    }
    rows: list[Row] = [("message", message)]
    if draft.deleted:
        event = going.add(DELETED, {"message": draft.id}, None, draft.ts, subject=draft.id)
        message["deleted_at"] = event["ts"]
    if draft.edited is not None:
        when, by = draft.edited
        body = {"message": draft.id, "text": draft.text, "edited_at": rfc3339(when)}
        going.add("message.updated", body, by, draft.ts, subject=draft.id)
        message["edited_at"] = when
    shown = []
    for emoji, people in draft.reactions:
        for number, person in enumerate(people, 1):
            now = Reacted(emoji, number, tuple(people[: min(number, SHOWN)]))
            body = {"message": draft.id, **msgspec.structs.asdict(now)}
            event = going.add("reaction.added", body, person, draft.ts, subject=draft.id)
            row = {"message_id": draft.id, "emoji": emoji, "user_id": person, "seq": event["seq"]}
            rows.append(("reaction", row))
        shown.append(Reacted(emoji, len(people), tuple(people[:SHOWN])))
    message["reactions"] = _json(shown) if shown else None
    return rows


def _body(draft: Draft) -> dict[str, Any]:
    if draft.deleted:
        return {"message": draft.id, "text": "", "thread": draft.root, "deleted": True}
    shown = {"attachments": draft.shown} if draft.shown else {}
    return {"text": draft.text, "thread": draft.root, **shown}


async def _count_replies(tx: Tx, going: _Going, drafts: Sequence[Draft]) -> None:
    """The threads' new numbers of replies, in their first messages and in the log."""
    more = Counter(draft.root for draft in drafts if draft.root is not None and not draft.deleted)
    newest = {draft.root: draft.ts for draft in drafts if draft.root is not None}
    found = await tx.connection.execute(
        select(Message.id, Message.reply_count).where(Message.id.in_([*more]))
    )
    counts = [(root, before + more[root], newest[root]) for root, before in found]
    if counts:
        told = [{"root": root, "replies": count, "moment": last} for root, count, last in counts]
        await tx.connection.execute(_COUNT, told)
    for root, count, last in counts:
        body = {"message": root, "reply_count": count, "last_reply_at": rfc3339(last)}
        going.add("thread.updated", body, None, last)


_COUNT = (
    update(Message)
    .where(Message.id == bindparam("root", type_=Id))
    .values(reply_count=bindparam("replies"), last_reply_at=bindparam("moment"))
)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
