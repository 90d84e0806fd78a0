"""Whom a text names, before anybody has looked who that is."""

from __future__ import annotations

import re
from typing import Literal
from uuid import UUID

import msgspec

NAMES = 50  # of one message
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_NAME = re.compile(r"(?<![\w@./\\])@(\w[\w.\-]{0,63})")


class Mentioned(msgspec.Struct, frozen=True):
    """Somebody, or many, who are named in a message: the documented `MentionOut`."""

    kind: Literal["user", "role", "room", "here"]
    id: UUID
    name: str


def names_in(text: str) -> list[str]:
    """The first names behind an `@`, each once, without those in code."""
    if "`" in text:
        text = _CODE.sub(" ", text)
    names = dict.fromkeys(name.rstrip("._-") for name in _NAME.findall(text))
    return [name for name in names if name][:NAMES]
