"""What happens to messages, for the features above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PinnedErased:
    """These messages are deleted, and were pinned; told inside the transaction."""

    messages: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class ReactedErased:
    """These messages are deleted, and had reactions; told inside the transaction."""

    messages: Sequence[UUID]
