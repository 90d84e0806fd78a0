"""What happens to reactions, for the features above."""

from __future__ import annotations

from uuid import UUID

from talkoot.kernel.values import Value


class ReactionMoved(Value, frozen=True):
    """Somebody has reacted to a message of somebody else, or has taken that back."""

    message: UUID
