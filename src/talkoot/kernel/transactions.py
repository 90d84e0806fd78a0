"""What an action is given: a view that reads (`Read`), or a share of a transaction that writes (`Tx`)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.kernel.replica import Replica
    from talkoot.kernel.writer import Writer

T = TypeVar("T")

log = logging.getLogger("talkoot.transactions")

Inside = Callable[["Tx", Any], Awaitable[None]]
After = Callable[[Any], None]
Check = Callable[[Callable[[], "AbstractAsyncContextManager[Read]"]], Awaitable[None]]
Listeners = Mapping[type, tuple[Sequence[Inside], Sequence[After]]]


class Caches:
    """What this process remembers between transactions: one object of each kind, made when asked for."""

    def __init__(self, *, shared: bool = False) -> None:
        self.shared = shared
        """Others write to the same database: what is remembered holds only if the database says so."""
        self._by_kind: dict[type[Any], Any] = {}

    def of(self, kind: type[T]) -> T:
        """The one cache of this kind."""
        if kind not in self._by_kind:
            self._by_kind[kind] = kind()
        cache: T = self._by_kind[kind]
        return cache


class Read:
    """A view of the database: `session` for mapped objects, `connection` for plain rows."""

    def __init__(self, connection: AsyncConnection, caches: Caches, replica: Replica | None = None) -> None:
        self.connection = connection
        self.caches = caches
        self._replica = replica
        self.checks: list[Check] = []
        """Called when all has been read, before anybody sees it: what it relied on must hold still."""

    async def behind(self, look: Callable[[Read], Awaitable[T]]) -> T:
        """What `look` finds where it may be a moment behind: on the replica, if there is one."""
        if self._replica is None:
            return await look(self)
        return await self._replica.ask(
            lambda connection: look(self if connection is None else Read(connection, self.caches))
        )

    @cached_property
    def session(self) -> AsyncSession:
        """Mapped objects of this transaction; what is changed on them is written before the commit."""
        return AsyncSession(self.connection, expire_on_commit=False, join_transaction_mode="rollback_only")

    @property
    def _used_session(self) -> AsyncSession | None:
        return self.__dict__.get("session")

    async def close(self) -> None:
        """Let go of the mapped objects; the connection stays with its owner."""
        if self._used_session is not None:
            await self._used_session.close()


class NeedsItsOwn(Exception):
    """Raised by an action that can not share its transaction: it is run again, in one of its own."""


class Tx(Read):
    """One action's share of a transaction; `now` is its moment, microseconds since the epoch."""

    def __init__(
        self,
        writer: Writer,
        caches: Caches,
        now: int,
        listeners: Listeners,
        held: dict[UUID, bool] | None = None,
    ) -> None:
        super().__init__(writer.connection, caches)
        self.sql = writer.sql
        """The same transaction without SQLAlchemy, for the few statements that every message runs."""
        self.now = now
        self.held = held
        """What the actions of this transaction have locked, and whether for themselves alone; None where
        no other transaction can be in the way, or no other action is in this one."""
        self._listeners = listeners
        self._after: list[Callable[[], None]] = []

    async def emit(self, event: object) -> None:
        """Tell the listeners of this event: some now, in the transaction, the others after the commit."""
        inside, after = self._listeners.get(type(event), ((), ()))
        for listener in inside:
            await listener(self, event)
        self._after.extend(partial(listener, event) for listener in after)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this when, and only when, the transaction is durable."""
        self._after.append(call)

    async def flush(self) -> None:
        """Write what was changed on mapped objects, so that a violated constraint shows now."""
        if self._used_session is not None:
            await self._used_session.flush()

    def published(self) -> None:
        """The commit is durable: tell those who waited for it; one's failure stops no other."""
        for call in self._after:
            try:
                call()
            except Exception:
                log.exception("A listener failed after the commit")
