"""What happens to messages, for the features above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import field

from talkoot.kernel.values import State, Value

if TYPE_CHECKING:
    from talkoot.chat.messages.mentioned import Mentioned
    from talkoot.chat.messages.polled import Polled


class Notable(Value, frozen=True):
    """A message that somebody may want to know of: whom it newly names, or in a room where some want all."""

    message: UUID
    room: UUID
    workspace: UUID
    thread: UUID | None
    sender: UUID
    names: Sequence[Mentioned]
    edited: bool = False


class NotableSaid(Value, frozen=True):
    """Notable messages were sent, or edited so that they name more people."""

    messages: Sequence[Notable]


class LinksChanged(Value, frozen=True):
    """A message may link to something, or did; told inside the transaction."""

    message: UUID


class PreviewedErased(Value, frozen=True):
    """These messages are deleted, and had previews; told inside the transaction."""

    messages: Sequence[UUID]


class Reply(Value, frozen=True):
    """A message in a thread: who began that and where, and who wrote what comes to it where."""

    message: UUID
    room: UUID
    thread: UUID
    author: UUID
    begun: int
    sender: UUID
    seq: int
    workspace: UUID
    version: int
    """Of the workspace's access rules, under which it was sent."""


class Replied(Value, frozen=True):
    """These replies were sent; told inside the transaction."""

    replies: Sequence[Reply]


class PinnedErased(Value, frozen=True):
    """These messages are deleted, and were pinned; told inside the transaction."""

    messages: Sequence[UUID]


class ReactedErased(Value, frozen=True):
    """These messages are deleted, and had reactions; told inside the transaction."""

    messages: Sequence[UUID]


class OwnChanged(Value, frozen=True):
    """Something that is this user's alone has changed; their other devices are told with a notice."""

    user: UUID
    kind: str
    told: Mapping[str, object]


class PollSent(Value, frozen=True):
    """A message has a poll; told inside the transaction."""

    message: UUID
    poll: Polled


class PollsErased(Value, frozen=True):
    """These messages are deleted, and had polls; told inside the transaction."""

    messages: Sequence[UUID]


class PostComing(State):
    """A message with a title is about to be in a room of posts; told inside the transaction.

    Whoever keeps posts writes into `shown` what the message shows of it.
    """

    message: UUID
    room: UUID
    author: UUID
    title: str
    text: str
    shown: dict[str, Any] = field(default_factory=dict)


class AuthorsNamed(Value, frozen=True):
    """These people write a public post together with its sender, says `by`; told inside the transaction."""

    message: UUID
    room: UUID
    workspace: UUID
    authors: Sequence[UUID]
    by: UUID


class AuthorLeft(Value, frozen=True):
    """Somebody does not write a public post with its sender any more; told inside the transaction."""

    message: UUID
    author: UUID


class PostsErased(Value, frozen=True):
    """These messages are deleted, and were posts; told inside the transaction."""

    messages: Sequence[UUID]


class What(StrEnum):
    """What a moderator is to decide on."""

    HELD = "held"
    REPORT = "report"
    APPEAL = "appeal"


class ToDecide(Value, frozen=True):
    """Something new waits for those who may decide on it; told after the commit."""

    what: What
    id: UUID
