"""What mail is told by others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID


class NoticeDue(Value, frozen=True):
    """Something happened to an account that its owner should hear of, also if it was not they."""

    user: UUID
    what: str
    detail: str
