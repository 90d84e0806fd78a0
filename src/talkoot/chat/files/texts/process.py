"""Runs in a process of its own, within `bounded`: `python -m talkoot.chat.files.texts.process`.

After it come the type of the file `original` in this folder, the ending of its name, and how many characters
and pages of it are wanted. Its text goes into the file `text` as it is found. What came of it is told as one
word.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from talkoot.chat.files.texts.words import CUT, EMPTY, LOCKED, READ, UNREADABLE, Enough, Words

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_NEVER = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "ctypes.",
    "urllib.",
)


def main(kind: str, ending: str, characters: int, pages: int) -> str:
    """Read the text, and say what came of it."""
    _leave_the_network()
    sys.dont_write_bytecode = True
    with Path("text").open("wb") as out:
        sys.addaudithook(_refuse)
        words = Words(out, characters)
        try:
            return _read(Path("original"), kind, ending, pages, words) or (READ if out.tell() else EMPTY)
        except Enough:
            return CUT
        except ValueError:
            return CUT if out.tell() else UNREADABLE


def _read(path: Path, kind: str, ending: str, pages: int, words: Words) -> str:
    if kind == "application/pdf":
        from talkoot.chat.files.texts.pdf import Locked, read_pdf

        try:
            read_pdf(path, pages, words)
        except Locked:
            return LOCKED
    elif kind == "application/zip":
        from talkoot.chat.files.texts.office import read_office

        read_office(path, words)
    else:
        from talkoot.chat.files.texts.plain import read_text

        read_text(path, kind, ending, words)
    return ""


def _leave_the_network() -> None:
    """Where the system allows that: in a network of its own there is nobody."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def _refuse(event: str, given: tuple[object, ...]) -> None:
    """Whatever a file makes its reader do: it calls nobody, begins nothing, and writes nowhere."""
    writes = event == "open" and isinstance(given[2], int) and given[2] & _WRITES
    if writes or event.startswith(_NEVER):
        raise PermissionError(event)


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))  # noqa: T201 - that is its answer
