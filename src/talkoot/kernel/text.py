"""Text that people type into forms: one visible line, or a body; nothing that fools the eye."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# Characters that reorder what is around them: a name must not be able to rewrite its neighbours.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")  # all below the blank but tabs and the ends of lines


def one_line(value: str) -> str:
    """Trimmed and normalised (NFC); ValueError on control or reordering characters, or if nothing is left."""
    line = unicodedata.normalize("NFC", value).strip()
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in _REORDERING for c in line):
        raise ValueError("control characters are not allowed")
    if not any(unicodedata.category(c)[0] in "LNPS" for c in line):
        raise ValueError("something visible is needed")
    return line


def optional_line(value: str) -> str:
    """Like `one_line`, but it may be empty."""
    return one_line(value) if value.strip() else ""


def body_text(value: str) -> str:
    """A message's text with plain line ends; ValueError if it is blank or has other control characters."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        raise ValueError("control characters are not allowed")
    if not text.strip():
        raise ValueError("a message needs some text")
    return text


def text_bytes(text: str) -> int:
    """About how much memory a text takes, with the UTF-8 of it that is kept beside once it was encoded.

    Characters beyond ASCII may take four bytes each, and as many in UTF-8.
    """
    return (2 if text.isascii() else 8) * len(text)


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)]
OptionalLine = Annotated[str, StringConstraints(max_length=500), AfterValidator(optional_line)]
