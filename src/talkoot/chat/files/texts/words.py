"""What is written down of a file's text: so many characters, and nothing but text."""

from __future__ import annotations

import re
import unicodedata
from typing import IO

READ, CUT, EMPTY, LOCKED, UNREADABLE = "read", "cut", "empty", "locked", "unreadable"
"""What came of looking for text in a file."""
_BIDI = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"  # they would turn round what stands beside an excerpt
_NO_TEXT = re.compile(f"[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f{_BIDI}\ue000-\uf8ff\ufeff\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_AT_ONCE = 65_536  # characters that are cleaned together


class Enough(Exception):
    """There is room for no more."""


class Words:
    """A file of text that is written piece by piece: what is in it stays, whatever becomes of the rest."""

    def __init__(self, out: IO[bytes], most: int) -> None:
        self._out = out
        self._left = most
        self._line: list[str] = []
        self._long = 0

    def add(self, text: str) -> None:
        """A piece that ends where a line does, or a word. Raises Enough when there is room for no more."""
        for at in range(0, len(text), _AT_ONCE):
            clean = cleaned(text[at : at + _AT_ONCE])
            if clean.strip():
                self._write(clean)

    def put(self, text: str) -> None:
        """A part of a line; one without an end is ended."""
        self._line.append(text)
        self._long += len(text)
        if self._long >= _AT_ONCE:
            self.end_line()

    def end_line(self) -> None:
        """What was put since the last line is one."""
        line, self._line, self._long = "".join(self._line), [], 0
        if line.strip():
            self.add(line + "\n")

    def _write(self, clean: str) -> None:
        kept = clean[: self._left]
        self._left -= len(kept)
        self._out.write(kept.encode())
        self._out.flush()
        if not self._left:
            raise Enough


def cleaned(text: str) -> str:
    """In normal form C, without controls, halves of characters, and more than one gap between words."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    plain = _NO_TEXT.sub(" ", unicodedata.normalize("NFC", whole))
    return _LINES.sub("\n", _SPACES.sub(" ", plain))
