"""Messages as bytes: from rows and from what is remembered, without a model for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec import Raw

from talkoot.chat.messages.reacted import NONE
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.plain_sql import Row


NOTHING = Raw(NONE)


class Sender(msgspec.Struct, frozen=True):
    """Who wrote it: the documented `PublicUser`."""

    id: UUID
    username: str
    display_name: str
    bot: bool


class Shown(msgspec.Struct, frozen=True):
    """A message as it is shown: the documented `MessageOut`."""

    id: UUID
    room: UUID
    seq: int
    sender: Sender
    text: str
    ts: str
    edited_at: str | None
    deleted: bool
    thread: UUID | None
    reply_count: int
    last_reply_at: str | None
    reactions: Raw = NOTHING
    attachments: tuple[Any, ...] = ()
    mentions: Raw = NOTHING
    pinned: bool = False
    replies: str | None = None
    previews: Raw = NOTHING
    quote: Raw | None = None
    post: dict[str, Any] | None = None
    poll: Raw | None = None


class Version(msgspec.Struct, frozen=True):
    """A text that a message had: the documented `EditOut`."""

    text: str
    ts: str
    by: Sender


class MessagePage(msgspec.Struct, frozen=True):
    """A page of them: the documented `Page`."""

    items: Sequence[Shown]
    next: str | None
    previous: str | None


class Cursor(Value, frozen=True):
    """Which page of a timeline: that before, after or around a position, or the newest."""

    before: int | None = None
    after: int | None = None
    around: int | None = None
    limit: int = 50

    @property
    def back(self) -> tuple[int | None, int]:
        """Before which position, and how many."""
        if self.around is not None:
            return self.around, self.limit // 2
        return self.before, self.limit if self.after is None else 0

    @property
    def forth(self) -> tuple[int, int]:
        """After which position, and how many."""
        if self.around is not None:
            return self.around - 1, self.limit - self.limit // 2
        return self.after or 0, self.limit if self.after is not None else 0

    def page(self, older: Sequence[Shown], newer: Sequence[Shown]) -> bytes:
        """The page; both were read one message further than asked, to know whether there is more."""
        n_back, n_forth = self.back[1], self.forth[1]
        more_before = bool(self.after) or len(older) > n_back
        more_after = self.before is not None or len(newer) > n_forth
        return page_json(
            [*older[max(0, len(older) - n_back) :], *newer[:n_forth]],
            more_before=more_before,
            more_after=more_after,
        )


def page_json(items: Sequence[Shown], *, more_before: bool, more_after: bool) -> bytes:
    """The bytes of a page."""
    first, last = (items[0], items[-1]) if items else (None, None)
    page = MessagePage(
        items,
        str(last.seq) if last and more_after else None,
        str(first.seq) if first and more_before else None,
    )
    return msgspec.json.encode(page)


def shown(row: Row) -> Shown:
    """A message from a row of the query for them."""
    id_, room, seq, sender, username, name, bot, text, ts, edited, deleted, thread, count, last, *more = row
    files, reactions, pinned, replies, mentions, previews, quote, post, poll = more
    return Shown(
        id_,
        room,
        seq,
        Sender(sender, username, name, bot),
        text,
        rfc3339(ts),
        rfc3339(edited) if edited is not None else None,
        deleted is not None,
        thread,
        count,
        rfc3339(last) if last is not None else None,
        Raw(reactions) if reactions and deleted is None else NOTHING,
        attachments=tuple(msgspec.json.decode(files)) if files else (),
        mentions=Raw(mentions) if mentions and deleted is None else NOTHING,
        pinned=pinned is not None and deleted is None,
        replies=replies,
        previews=Raw(previews) if previews and deleted is None else NOTHING,
        quote=Raw(quote) if quote and deleted is None else None,
        post=msgspec.json.decode(post) if post else None,
        poll=Raw(poll) if poll and deleted is None else None,
    )
