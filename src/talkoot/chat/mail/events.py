"""What mail is told by others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class NoticeDue:
    """Something happened to an account that its owner should hear of, also if it was not they."""

    user: UUID
    what: str
    detail: str
