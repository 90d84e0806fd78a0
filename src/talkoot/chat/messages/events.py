"""What messages tell the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from talkoot.kernel.log import Event


@dataclass(frozen=True, slots=True)
class MessagesSent:
    """These `message.created` were appended to their rooms' logs."""

    events: Sequence[Event]
