"""A message as the index sees it: its words in order, and marks for what else can be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.messages.polled import poll_in
from talkoot.chat.search.tokens import tokens_of
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.search.stems import Stems

# No word begins with this character of private use, so nobody can write a mark into a message.
_MARK = "\ue000"
IN_THREAD = f"{_MARK}thread"
HAS_LINK = f"{_MARK}link"
HAS_FILE = f"{_MARK}file"
HAS_POLL = f"{_MARK}poll"
HAS_PIN = f"{_MARK}pin"
KINDS = ("image", "video", "audio")  # of files that are asked for by themselves
# Types of events after which a message is to be indexed again, for SQL.
CHANGING = (
    "('message.created', 'message.updated', 'message.deleted', 'pin.added', 'pin.removed', 'text.kept')"
)
# What the files of a message say, for SQL: the id of the message follows. Not before others may read it.
FROM_TEXTS = "FROM files f JOIN file_texts t ON t.file_id = f.id WHERE f.state = 'sent' AND f.message_id ="
_END = f"{_MARK}end"  # between texts: no phrase goes from one into the next
_LINK = re.compile(r"https?://\w", re.IGNORECASE)
MOST_INSIDE = 200_000  # characters of all files of a message
_MOST_BYTES = 500_000  # of different words in them; their stems may take as much
_TELLING = 16  # hexadecimal digits at the end of an id: the random ones


class _File(msgspec.Struct):
    name: str
    type: str


def of_kind(kind: str) -> str:
    """The mark of all messages with such a file, `image` for one."""
    return f"{_MARK}file-{kind}"


def of_room(room: str) -> str:
    """The mark of all messages in a room; ids are given in hexadecimal."""
    return f"{_MARK}r{room[-_TELLING:]}"


def of_sender(user: str) -> str:
    """The mark of all messages that somebody sent."""
    return f"{_MARK}u{user[-_TELLING:]}"


class Row(Value, frozen=True):
    """What is read of a message to index it; a deleted one has no text. Ids are 32 hexadecimal digits."""

    message: str
    room: str
    sender: str
    thread: str | None
    ts: int
    text: str | None
    files: str | None = None
    """Those of the message as JSON, as it shows them."""
    poll: str | None = None
    pinned: bool = False
    inside: int = 0
    """Characters that its files say, as far as that is known."""


class Said(Value, frozen=True):
    """What a file says."""

    file: UUID
    name: str
    text: str


class Document(Value, frozen=True):
    """A message to be indexed; `ts` is its moment in microseconds since 1970."""

    message: str
    room: str
    ts: int
    words: list[str]
    marks: list[str]
    inside: Sequence[str] = ()
    """The words inside its files."""


def document_of(row: Row, stems: Stems, texts: Sequence[str] = ()) -> Document | None:
    """What there is to find of a message, of its files and its poll too; None for a deleted one."""
    if row.text is None:
        return None
    marks = [of_room(row.room), of_sender(row.sender)]
    words = tokens_of(row.text)
    if row.thread is not None:
        marks.append(IN_THREAD)
    if _LINK.search(row.text):
        marks.append(HAS_LINK)
    if row.files:
        files = msgspec.json.decode(row.files, type=list[_File])
        marks += [HAS_FILE, *map(of_kind, _kinds(files))]
        for file in files:
            words += [_END, *tokens_of(file.name)]
    marks += [HAS_PIN] if row.pinned else []
    if row.poll:
        marks.append(HAS_POLL)
        words += _asked(row.poll)
    inside = _inside(texts)
    marks += dict.fromkeys(mark for word in dict.fromkeys(words + inside) for mark in stems.marks(word))
    return Document(row.message, row.room, row.ts, words, marks, inside)


def _inside(texts: Sequence[str]) -> list[str]:
    """As much as an index can hold of one message: PostgreSQL a million bytes of different words."""
    words: list[str] = []
    left, different, room = MOST_INSIDE, set[str](), _MOST_BYTES
    for text in texts:
        words.append(_END)
        for word in tokens_of(text[:left]):
            if word not in different:
                different.add(word)
                room -= len(word.encode())
                if room < 0:
                    return words
            words.append(word)
        left = max(0, left - len(text))
    return words


def _asked(poll: str) -> Iterator[str]:
    for line in poll_in(poll).words().splitlines():
        yield from (_END, *tokens_of(line))


def _kinds(files: list[_File]) -> Iterator[str]:
    found = {file.type.partition("/")[0] for file in files}
    return (kind for kind in KINDS if kind in found)
