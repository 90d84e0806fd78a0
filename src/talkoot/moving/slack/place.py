"""Where what comes from Slack goes to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.blobs import Blobs
    from talkoot.kernel.transactions import Tx
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.moving.reporting import Feedback
    from talkoot.moving.slack.fetching import Fetching

T = TypeVar("T")


class Place(Value, frozen=True):
    """The workspace, who owns it, and whether it is only tried what would be brought.

    `files` is a folder with what files hold, by their ids there; `most` are the bytes that one may have;
    `fetching` gets those that are not in the folder from where they lie.
    `scanned`: nobody gets one before it was looked through for viruses.
    """

    uow: UnitOfWork
    blobs: Blobs
    workspace: UUID
    owner: UUID
    now: int
    feedback: Feedback
    files: Path | None = None
    most: int = 0
    fetching: Fetching | None = None
    dry: bool = False
    scanned: bool = False

    async def do(self, action: Callable[[Tx], Awaitable[T]], *, key: UUID | None = None) -> T | None:
        """Do this, unless it is only tried; what came of it."""
        return None if self.dry else await self.uow.run(action, key=key)
