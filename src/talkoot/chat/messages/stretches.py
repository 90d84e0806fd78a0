"""The newest messages of one room, and what the events of its log make of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from talkoot.chat.messages.polled import with_news
from talkoot.chat.messages.reacted import with_reaction
from talkoot.chat.messages.wire import NOTHING, Shown
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.text import text_bytes
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.log import Event

MESSAGES = 300  # kept; pages of these cost no statement
_OVERHEAD = 1200  # bytes of a message without its text
_FILE = 2500  # bytes of what is shown of a file
_POST = 6000  # bytes of what a post shows besides its text

# Whose bodies are emptied with the message.
_EMPTIED = {
    "message.updated",
    "attachments.updated",
    "reaction.added",
    "reaction.removed",
    "previews.updated",
    "poll.voted",
    "poll.closed",
}
# Events that change no message. One that is in no table makes the stretch be read again.
_HARMLESS = {"member.joined", "member.left", "room.updated"}


class Stretch(Value, frozen=True):
    """Messages without a gap up to the newest, as of a position in the log; `whole` if none is older.

    `last` is the id of the event at that position.
    """

    position: int
    last: UUID | None
    messages: Sequence[Shown]
    whole: bool

    @property
    def cost(self) -> int:
        """About how many bytes it takes."""
        return sum(map(_cost, self.messages)) + _OVERHEAD

    def older(self, before: int | None, count: int) -> Sequence[Shown] | None:
        """The last of those before a position; one more than `count`, unless there are none."""
        if not count:
            return ()
        end = len(self.messages)
        if before is not None:
            end = bisect_left(self.messages, before, key=_seq)
        if end <= count and not self.whole:
            return None
        return self.messages[max(0, end - count - 1) : end]

    def newer(self, after: int, count: int) -> Sequence[Shown] | None:
        """The first of those after a position, in the same way."""
        if not count:
            return ()
        start = bisect_right(self.messages, after, key=_seq)
        if start == 0 and not self.whole:
            return None
        return self.messages[start : start + count + 1]

    def followed_by(self, events: Iterable[Event]) -> Stretch | None:
        """What it is after these events; None if they do not tell."""
        messages, position, last = list(self.messages), self.position, self.last
        for event in events:
            if not _applied(event, messages):
                return None
            position, last = event.seq, event.id
        kept = messages[-MESSAGES:]
        return Stretch(position, last, kept, self.whole and len(kept) == len(messages))


def _cost(message: Shown) -> int:
    raw = (message.reactions, message.mentions, message.previews, message.quote or b"", message.poll or b"")
    added = sum(memoryview(each).nbytes for each in raw) + (_POST if message.post is not None else 0)
    return _OVERHEAD + text_bytes(message.text) + _FILE * len(message.attachments) + added


def _seq(message: Shown) -> int:
    return message.seq


def _applied(event: Event, messages: list[Shown]) -> bool:
    if event.type == "message.created":
        return _created(event, msgspec.json.decode(event.body), messages)
    if change := _CHANGES.get(event.type):
        body = msgspec.json.decode(event.body)
        changed = UUID(body["message"])
        place = next((n for n, message in enumerate(messages) if message.id == changed), None)
        if place is not None:
            if event.type in _EMPTIED and body.get("deleted"):
                return False  # what it said was taken out of the log
            messages[place] = change(messages[place], body)
        return True
    return event.type in _HARMLESS


def _created(event: Event, body: dict[str, Any], messages: list[Shown]) -> bool:
    if body["thread"] is not None:
        return True  # replies are not in the timeline; what they change follows as an event of its own
    sender = next((m.sender for m in reversed(messages) if m.sender.id == event.sender), None)
    if sender is None or body.get("deleted"):
        return False
    ts, text = rfc3339(event.ts), body["text"]
    made = Shown(event.id, event.log, event.seq, sender, text, ts, None, False, None, 0, None)
    if files := body.get("attachments"):
        made = replace(made, attachments=tuple(files))
    if mentions := body.get("mentions"):
        made = replace(made, mentions=Raw(msgspec.json.encode(mentions)))
    if quote := body.get("quote"):
        made = replace(made, quote=Raw(msgspec.json.encode(quote)))
    if post := body.get("post"):
        made = replace(made, post=post)
    if poll := body.get("poll"):
        made = replace(made, poll=Raw(msgspec.json.encode(poll)))
    messages.append(made)
    return True


def _updated(message: Shown, body: dict[str, Any]) -> Shown:
    if "post" in body:
        files = tuple(body["attachments"])
        message = replace(message, post=body["post"], attachments=files)
    mentions = Raw(msgspec.json.encode(body.get("mentions", ())))
    return replace(message, text=body["text"], edited_at=body["edited_at"], mentions=mentions)


def _deleted(message: Shown, _body: dict[str, Any]) -> Shown:
    gone = replace(message, text="", deleted=True, attachments=(), pinned=False, quote=None, post=None)
    return replace(gone, reactions=NOTHING, mentions=NOTHING, previews=NOTHING, poll=None)


def _pinned(message: Shown, _body: dict[str, Any]) -> Shown:
    return replace(message, pinned=True)


def _unpinned(message: Shown, _body: dict[str, Any]) -> Shown:
    return replace(message, pinned=False)


def _reacted(message: Shown, body: dict[str, Any]) -> Shown:
    return replace(message, reactions=Raw(with_reaction(message.reactions, body)))


def _replied(message: Shown, body: dict[str, Any]) -> Shown:
    replies = body.get("replies", message.replies)  # said only where it has changed
    return replace(
        message, reply_count=body["reply_count"], last_reply_at=body["last_reply_at"], replies=replies
    )


def _prepared(message: Shown, body: dict[str, Any]) -> Shown:
    return message if message.deleted else replace(message, attachments=tuple(body["attachments"]))


def _previewed(message: Shown, body: dict[str, Any]) -> Shown:
    return (
        message if message.deleted else replace(message, previews=Raw(msgspec.json.encode(body["previews"])))
    )


def _unquoted(message: Shown, body: dict[str, Any]) -> Shown:
    return message if message.deleted else replace(message, quote=Raw(msgspec.json.encode(body["quote"])))


def _polled(message: Shown, body: dict[str, Any]) -> Shown:
    return message if message.poll is None else replace(message, poll=Raw(with_news(message.poll, body)))


_CHANGES: dict[str, Callable[[Shown, dict[str, Any]], Shown]] = {
    "message.updated": _updated,
    "message.deleted": _deleted,
    "thread.updated": _replied,
    "attachments.updated": _prepared,
    "previews.updated": _previewed,
    "quote.emptied": _unquoted,
    "reaction.added": _reacted,
    "reaction.removed": _reacted,
    "poll.voted": _polled,
    "poll.closed": _polled,
    "pin.added": _pinned,
    "pin.removed": _unpinned,
}
