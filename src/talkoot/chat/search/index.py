"""The seam: what an index has to do, whichever database it lives in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.search.documents import Document, Row
    from talkoot.chat.search.resolved import ResolvedQuery
    from talkoot.chat.search.stems import Stems
    from talkoot.kernel.transactions import Read


class Hit(NamedTuple):
    """A message that may match, and its place: the larger, the newer."""

    place: int
    message: UUID


class Changes(Value, frozen=True):
    """Messages that were sent, edited or deleted, as they are now, and how far each log was read.

    `left` are rooms that were not looked at, or not to the end.
    """

    rows: Sequence[Row]
    positions: dict[UUID, int]
    left: set[UUID]


def search_too_slow() -> Unavailable:
    """What the index could not find in time."""
    return Unavailable(
        "This search takes too long; ask for rarer words, or fewer days", code="search_too_slow"
    )


class Index(Protocol):
    """Derived from the messages and their logs; what was written and how far it got is one transaction."""

    stems: Stems
    on_loss: Callable[[], None]
    """Called when the index can not be used as it is, and has to be opened again."""

    async def open(self) -> UUID | None:
        """Make ready; the id behind which messages were never indexed yet, None when all were once.

        An index made by other rules, or that knows more than the logs, begins anew.
        """
        ...

    async def clear(self) -> None:
        """Forget everything, and note where the logs stand: what comes later is read from them."""
        ...

    async def messages_behind(self, message: UUID, limit: int) -> list[Row]:
        """The next messages in the order of their ids."""
        ...

    async def rooms_behind(self) -> set[UUID]:
        """The rooms whose logs go on where the index ends."""
        ...

    async def changes(self, rooms: Sequence[UUID], limit: int) -> Changes:
        """At most `limit` events behind what was indexed of these rooms."""
        ...

    async def texts(self, message: str) -> list[str]:
        """What the files of a message say, in their order."""
        ...

    async def write(
        self,
        gone: Sequence[str],
        documents: Sequence[Document],
        *,
        positions: dict[UUID, int] | None = None,
        scanned: UUID | None = None,
        complete: bool = False,
    ) -> None:
        """Replace these documents and forget those that are gone; remember how far this got."""
        ...

    async def find(self, read: Read, wanted: ResolvedQuery, *, before: int, limit: int) -> list[Hit]:
        """The newest messages that match, as far as the index knows, from a place downwards."""
        ...

    async def close(self) -> None:
        """Let go of connections and threads."""
        ...
