"""A message as the index sees it: its words in order, and marks for what else can be asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from talkoot.chat.search.tokens import tokens_of

# No word begins with this character of private use, so nobody can write a mark into a message.
_MARK = "\ue000"
IN_THREAD = f"{_MARK}thread"
HAS_LINK = f"{_MARK}link"
_LINK = re.compile(r"https?://\w", re.IGNORECASE)
_TELLING = 16  # hexadecimal digits at the end of an id: the random ones


def of_room(room: str) -> str:
    """The mark of all messages in a room; ids are given in hexadecimal."""
    return f"{_MARK}r{room[-_TELLING:]}"


def of_sender(user: str) -> str:
    """The mark of all messages that somebody sent."""
    return f"{_MARK}u{user[-_TELLING:]}"


@dataclass(frozen=True, slots=True)
class Row:
    """What is read of a message to index it; a deleted one has no text. Ids are 32 hexadecimal digits."""

    message: str
    room: str
    sender: str
    thread: str | None
    ts: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A message to be indexed; `ts` is its moment in microseconds since 1970."""

    message: str
    room: str
    ts: int
    words: list[str]
    marks: list[str]


def document_of(row: Row) -> Document | None:
    """What there is to find of a message; None for a deleted one."""
    if row.text is None:
        return None
    marks = [of_room(row.room), of_sender(row.sender)]
    if row.thread is not None:
        marks.append(IN_THREAD)
    if _LINK.search(row.text):
        marks.append(HAS_LINK)
    return Document(row.message, row.room, row.ts, tokens_of(row.text), marks)
