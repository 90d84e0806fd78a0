"""What a check says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from talkoot.settings import Settings

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and what to do when it is not well."""

    level: Level
    about: str
    said: str


Check = Callable[["Settings"], AsyncIterator[Finding]]
