"""What statuses tell the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.presence.frames import UserStatus


class StatusChanged(Value, frozen=True):
    """Somebody shows something else beside their name: this."""

    user: UUID
    status: UserStatus
