"""What statuses tell the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.presence.frames import Sign


@dataclass(frozen=True, slots=True)
class SignChanged:
    """Somebody shows something else beside their name: this."""

    user: UUID
    sign: Sign
