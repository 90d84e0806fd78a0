"""What happens to reactions, for the features above."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReactionMoved:
    """Somebody has reacted to a message of somebody else, or has taken that back."""

    message: UUID
