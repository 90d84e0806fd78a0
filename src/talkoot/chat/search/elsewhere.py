"""Search in a server that does not follow the logs: workers do, and it finds what they have indexed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from talkoot.kernel.errors import Unavailable

if TYPE_CHECKING:
    from talkoot.chat.search.index import Index
    from talkoot.kernel.unit_of_work import UnitOfWork

TRY_AGAIN = 5.0


class Followed(Protocol):
    """An index that somebody keeps up to date, here or elsewhere."""

    async def ready(self) -> Index:
        """The index, once all messages are in it; else Unavailable."""
        ...


class FollowedElsewhere:
    """The index that the workers keep."""

    def __init__(self, index: Index, uow: UnitOfWork) -> None:
        self._index = index
        self._uow = uow

    async def ready(self) -> Index:
        """The index, which may be a little behind; Unavailable when it was never finished."""
        from talkoot.chat.search.postgres_index import is_whole  # a server on SQLite does without

        async with self._uow.read() as read:
            whole = await is_whole(read, self._index.stems)
        if not whole:
            raise Unavailable(
                "The search index is being made, if a worker runs that does it", retry_after=TRY_AGAIN
            )
        return self._index
