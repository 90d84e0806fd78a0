"""Messages that have a poll: which ones are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.clock import DAY, rfc3339
from talkoot.kernel.errors import Invalid, TalkootError

if TYPE_CHECKING:
    from talkoot.chat.messages.actions.commands import Send

_FURTHEST = 366 * DAY


def refusal_of_poll(send: Send, now: int) -> TalkootError | None:
    """Why a message with a poll can not be sent: it is a post, or its poll closes too early, or too late."""
    assert send.poll is not None
    if send.title is not None:
        return Invalid.field("poll", "in_post", "A post has no poll: send it as a comment")
    if (closes_at := send.poll.closes_at) is None:
        return None
    if not rfc3339(now) < closes_at <= rfc3339(now + _FURTHEST):
        return Invalid.field("closes_at", "out_of_range", "A poll closes later than now, and within a year")
    return None
