"""What a check says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Literal

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.settings import Settings

Level = Literal["ok", "warn", "fail"]


class Finding(Value, frozen=True):
    """What a check found, and what to do when it is not well."""

    level: Level
    about: str
    said: str


Check = Callable[["Settings"], AsyncIterator[Finding]]
