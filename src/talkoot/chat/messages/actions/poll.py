"""Messages that have a poll: which ones are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.clock import DAY, rfc3339
from talkoot.kernel.errors import Invalid, TalkootError

if TYPE_CHECKING:
    from talkoot.chat.messages.actions.commands import Send
    from talkoot.chat.messages.polled import Polled

_FURTHEST = 366 * DAY


def refusal_of_poll(send: Send, now: int) -> TalkootError | None:
    """Why a message with a poll can not be sent: it is a post, or its poll closes too early, or too late."""
    assert send.poll is not None
    if send.title is not None:
        return Invalid.field("poll", "in_post", "A post has no poll: send it as a comment")
    return refusal_of_end(send.poll, now)


def refusal_of_end(poll: Polled, now: int) -> TalkootError | None:
    """The same of a poll that is sent at this moment: it closes too early, or too late."""
    if (closes_at := poll.closes_at) is None:
        return None
    if not rfc3339(now) < closes_at <= rfc3339(now + _FURTHEST):
        return Invalid.field(
            "closes_at", "out_of_range", "A poll closes later than it is sent, and within a year"
        )
    return None
