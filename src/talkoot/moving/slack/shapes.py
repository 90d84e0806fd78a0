"""The shapes of what Slack exports, as far as something comes of it. What else there is does not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from talkoot.moving.reporting import Report

T = TypeVar("T")


class Profile(msgspec.Struct):
    """How somebody is called."""

    email: str | None = None
    real_name: str | None = None
    display_name: str | None = None
    name: str | None = None


class Person(msgspec.Struct):
    """A line of `users.json`."""

    id: str
    name: str = ""
    real_name: str | None = None
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    profile: Profile = msgspec.field(default_factory=Profile)


class Text(msgspec.Struct):
    """A topic or purpose."""

    value: str = ""


class Pinned(msgspec.Struct):
    """A pin of a channel; `id` is the time of the message."""

    id: str
    type: str = ""
    user: str | None = None


class Channel(msgspec.Struct):
    """A line of `channels.json`, `groups.json`, `mpims.json` or `dms.json`."""

    id: str
    name: str = ""
    created: int = 0
    creator: str | None = None
    is_archived: bool = False
    members: list[str] = []
    topic: Text = msgspec.field(default_factory=Text)
    purpose: Text = msgspec.field(default_factory=Text)
    pins: list[Pinned] | None = None


class Edited(msgspec.Struct):
    """When a message was edited; what it said before is not exported."""

    ts: str
    user: str | None = None


class Reacted(msgspec.Struct):
    """An emoji by its name, and who."""

    name: str
    users: list[str] = []


class Uploaded(msgspec.Struct):
    """A file."""

    id: str
    name: str | None = None
    title: str | None = None
    mode: str | None = None
    url_private: str | None = None
    mimetype: str | None = None
    size: int | None = None


class Attached(msgspec.Struct):
    """What a program showed below its text."""

    pretext: str | None = None
    title: str | None = None
    title_link: str | None = None
    text: str | None = None
    fallback: str | None = None


class Message(msgspec.Struct):
    """A message, or what Slack wrote in the place of one."""

    ts: str
    type: str = "message"
    subtype: str | None = None
    user: str | None = None
    bot_id: str | None = None
    username: str | None = None
    text: str | None = None
    thread_ts: str | None = None
    edited: Edited | None = None
    reactions: list[Reacted] | None = None
    files: list[Uploaded] | None = None
    attachments: list[Attached] | None = None
    user_profile: Profile | None = None
    bot_profile: Profile | None = None


def decoded(data: bytes, shape: type[T], report: Report, what: str, where: str) -> T | None:
    """An element in its shape; None, and reported, for what has another one."""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        report.leave_out(what, "not_readable", f"{where}: {str(error)[:150]}")
        return None
