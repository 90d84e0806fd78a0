"""Who acts: the one value that edges hand to every action, query and door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated user and the session that vouches for them."""

    user: UUID
    username: str
    session: UUID
    bot: bool = False
