"""What statuses tell the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.presence.frames import UserStatus


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Somebody shows something else beside their name: this."""

    user: UUID
    status: UserStatus
