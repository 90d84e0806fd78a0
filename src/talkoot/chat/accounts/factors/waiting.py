"""Between the two steps: somebody who gave the right password, and has no session yet.

All of it stands in a cookie that this server signs. It opens nothing by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.kernel.clock import MINUTE
from talkoot.kernel.errors import NotAuthenticated
from talkoot.kernel.ids import fingerprint
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.secrets import Secrets

LASTS = 10 * MINUTE
_PURPOSE = "second-step"


class Waiting(Value, frozen=True):
    """Who it is, and a mark of the password that was right: with another one they begin again."""

    user: UUID
    mark: str
    ends: int

    def cookie(self, secrets: Secrets) -> str:
        """What the browser keeps meanwhile."""
        return secrets.token(_PURPOSE, self.user.hex, self.mark, self.ends)


def waiting_for(user: UUID, password_hash: str | None, now: int) -> Waiting:
    """Somebody whose password was right a moment ago."""
    return Waiting(user, mark_of(password_hash), now + LASTS)


def mark_of(password_hash: str | None) -> str:
    """Tells one password from another, and nothing else."""
    return fingerprint(password_hash or "").hex()[:32]


def find_waiting(secrets: Secrets, cookie: str, now: int) -> Waiting | None:
    """Who waits in this browser; None if nobody does, or not any more."""
    parts = secrets.read_token(_PURPOSE, cookie)
    if parts is None:
        return None
    user, mark, ends = parts
    return Waiting(UUID(hex=user), mark, int(ends)) if int(ends) > now else None


def step_lost() -> NotAuthenticated:
    """Whoever waited has to begin again."""
    return NotAuthenticated("That took too long: sign in again", code="step_lost")
