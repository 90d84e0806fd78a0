"""The only place that commits.

Actions that wait at the same moment run back to back in one database transaction, each so that it can be
undone alone, and share one commit. A result is handed out, and what was emitted is published, only after that
commit is durable. A group never waits for company: one action alone is committed at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from msgspec import field

from talkoot.kernel.errors import TalkootError, Unavailable
from talkoot.kernel.failpoints import die, hit
from talkoot.kernel.replica import Replica
from talkoot.kernel.storage_errors import OutcomeUnknown, deadlocked, lost_transaction, overtaken, translated
from talkoot.kernel.transactions import Caches, Listeners, NeedsItsOwn, Read, Tx
from talkoot.kernel.values import State, Value
from talkoot.kernel.writer import Writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from talkoot.kernel.clock import Clock
    from talkoot.kernel.database import Database

log = logging.getLogger("talkoot.transactions")

T = TypeVar("T")
C = TypeVar("C")

GROUP = 256  # actions in one commit at the most: bounds what one failed commit refuses
ATTEMPTS = 5  # of a group that met another one of which each waited for the other
WAITING = 10_000  # actions waiting at the most: more are refused at once
_LEAVING = 0.05  # seconds in which what was published leaves, before the failpoint `before_ack` kills


class Batch(Value, Generic[C, T], frozen=True, eq=False):
    """An action that takes many commands at once; `run` gives one result, or one refusal, for each."""

    run: Callable[[Tx, Sequence[C]], Awaitable[Sequence[T | TalkootError]]]


class _Waiting(State, eq=False):
    batch: Batch[Any, Any] | None
    command: Any
    tell: Callable[[Any], None]
    outcome: Any = None

    def settle(self) -> None:
        try:
            self.tell(self.outcome)
        except Exception:
            log.exception("Whoever asked could not be told")


class _Alone(Exception):
    """Nothing of the group was done: these have to be apart from the others."""

    def __init__(self, members: list[_Waiting]) -> None:
        super().__init__()
        self._members = members

    def parts_of(self, group: list[_Waiting]) -> list[list[_Waiting]]:
        """Those before, these, and those after."""
        start = group.index(self._members[0])
        end = start + len(self._members)
        return [part for part in (group[:start], group[start:end], group[end:]) if part]


class _Lane(State):
    writer: Writer
    queue: deque[_Waiting] = field(default_factory=deque)
    wake: asyncio.Future[None] | None = None
    task: asyncio.Task[None] | None = None

    def rouse(self) -> None:
        if self.wake is not None and not self.wake.done():
            self.wake.set_result(None)


class UnitOfWork:
    """Runs actions in grouped transactions: one lane on SQLite, a few, chosen by key, on PostgreSQL."""

    def __init__(
        self, database: Database, clock: Clock, listeners: Listeners, *, shared: bool = False
    ) -> None:
        self._database = database
        self._clock = clock
        self._listeners = listeners
        self._lanes = [_Lane(Writer(database)) for _ in range(database.lanes)]
        self._closed = False
        self.caches = Caches(shared=shared)
        self.replica = Replica(database.replica) if database.replica is not None else None
        self.on_doubt: Callable[[], None] = _nobody_minds
        """Called when a commit was not answered: what this process remembers may be behind from now on."""
        self.on_told: Callable[[], None] = _nobody_minds
        """Called when all who waited for a commit were told, and nothing else is done before."""
        self.commits = 0
        self.actions = 0

    @property
    def closed(self) -> bool:
        """Whether nothing more is taken."""
        return self._closed

    @property
    def waiting(self) -> int:
        """Actions that wait for a transaction."""
        return sum(len(lane.queue) for lane in self._lanes)

    def start(self) -> None:
        """Begin to serve; call it on the event loop."""
        for number, lane in enumerate(self._lanes):
            lane.task = asyncio.create_task(self._serve(lane), name=f"unit-of-work-{number}")

    async def close(self) -> None:
        """Finish what waits, refuse what comes later."""
        self._closed = True
        for lane in self._lanes:
            lane.rouse()
            if lane.task is not None:
                await lane.task

    def submit(self, action: Callable[[Tx], Awaitable[T]], *, key: UUID | None = None) -> asyncio.Future[T]:
        """Queue an action now, in order of calls with the same key; the future is done after the commit."""
        return self._future(None, action, key)

    def submit_to(self, batch: Batch[C, T], command: C, *, key: UUID | None = None) -> asyncio.Future[T]:
        """Queue a command for an action that takes many at once; neighbours in the queue go together.

        A refusal that the batch gave for this command is raised by the future.
        """
        return self._future(batch, command, key)

    def post(self, batch: Batch[C, T], command: C, key: UUID, tell: Callable[[T | Exception], None]) -> None:
        """Like `submit_to`, but `tell` is called with the result or the refusal as soon as it is durable.

        That is sooner than a future, which tells in the event loop's next turn.
        """
        self._enqueue(_Waiting(batch, command, tell), key)

    async def run(self, action: Callable[[Tx], Awaitable[T]], *, key: UUID | None = None) -> T:
        """Run an action; its result, after the commit.

        Raises the action's own TalkootError (then nothing of it is stored), Conflict when a constraint of
        the database refused it, StorageFull or Unavailable when the database could not take it.
        """
        return await self.submit(action, key=key)

    async def in_every_lane(self, action: Callable[[Tx], Awaitable[T]]) -> list[T]:
        """Run an action in each lane; what was in doubt before has by then been decided."""
        lanes = range(len(self._lanes))
        return await asyncio.gather(*(self.submit(action, key=UUID(int=number)) for number in lanes))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Read]:
        """A consistent view for reading; never waits for a writer. Its checks are made when it ends."""
        try:
            async with self._database.reader.connect() as connection:
                view = Read(connection, self.caches, self.replica)
                try:
                    yield view
                finally:
                    await view.close()
            for check in view.checks:
                await check(self.read)
        except Exception as error:
            raise translated(error) from error

    def _future(self, batch: Batch[Any, Any] | None, command: Any, key: UUID | None) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._enqueue(_Waiting(batch, command, partial(_settle, future)), key)
        return future

    def _enqueue(self, waiting: _Waiting, key: UUID | None) -> None:
        lane = self._lanes[0 if key is None else key.int % len(self._lanes)]
        if self._closed or len(lane.queue) >= WAITING:
            waiting.outcome = Unavailable("The server is stopping" if self._closed else "Too much is waiting")
            waiting.settle()
        else:
            lane.queue.append(waiting)
            lane.rouse()

    async def _serve(self, lane: _Lane) -> None:
        loop = asyncio.get_running_loop()
        while lane.queue or not self._closed:
            if not lane.queue:
                lane.wake = loop.create_future()
                await lane.wake
                lane.wake = None
            group = [lane.queue.popleft() for _ in range(min(len(lane.queue), GROUP))]
            if group:
                await self._commit(lane.writer, group)
        await lane.writer.close()

    async def _commit(self, writer: Writer, group: list[_Waiting]) -> None:
        for _ in range(ATTEMPTS):
            parts = await self._parted(writer, group)
            if len(parts) != 1:
                for part in parts:
                    await self._commit(writer, part)
                return
        for waiting in group:
            waiting.outcome = Unavailable("Too many write to the same place; try again")
            waiting.settle()

    async def _parted(self, writer: Writer, group: list[_Waiting]) -> list[list[_Waiting]]:
        """Run a group and settle it; what it has to be parted into when nothing of it was done."""
        try:
            done = await self._in_one_transaction(writer, group)
        except _Alone as alone:
            return alone.parts_of(group)
        except Exception as error:
            if deadlocked(error):  # alone they hold fewer rows, and meet nobody again
                return [[waiting] for waiting in group]
            self._refuse_all(group, error)
        else:
            self.commits += 1
            self.actions += len(group)
            if _dies_publishing(done):
                return []
        for waiting in group:
            waiting.settle()
        self._told()
        return []

    def _refuse_all(self, group: list[_Waiting], error: Exception) -> None:
        if isinstance(error, OutcomeUnknown):
            self.on_doubt()
        for waiting in group:
            waiting.outcome = translated(error)  # a refusal too: it may rest on what was not stored now

    def _told(self) -> None:
        try:
            self.on_told()
        except Exception:
            log.exception("What was told could not be written")

    async def _in_one_transaction(self, writer: Writer, group: list[_Waiting]) -> list[Tx]:
        done: list[Tx] = []
        held: dict[UUID, bool] | None = {} if len(self._lanes) > 1 and len(group) > 1 else None
        await writer.begin()
        try:
            for batch, found in groupby(group, key=lambda waiting: waiting.batch):
                members = list(found)
                if batch is None:
                    done += [tx for waiting in members for tx in await self._run_alone(writer, waiting, held)]
                else:
                    whole = len(members) == len(group)
                    done += await self._run_together(writer, batch, members, held, whole=whole)
            await writer.commit()
        except BaseException:
            await writer.rollback()
            raise
        return done

    async def _run_together(
        self,
        writer: Writer,
        batch: Batch[Any, Any],
        members: list[_Waiting],
        held: dict[UUID, bool] | None,
        *,
        whole: bool,
        again: bool = False,
    ) -> list[Tx]:
        """Run a batch that is the whole of the transaction, or a part of it."""
        tx = Tx(writer, self.caches, self._clock.now(), self._listeners, held)
        try:
            await writer.begin_part(whole=whole)
            outcomes = await batch.run(tx, [waiting.command for waiting in members])
            await tx.flush()
            await writer.end_part(whole=whole)
        except Exception as error:
            _raise_for_all(writer, members, error)
            await writer.undo_part(whole=whole)
            if len(members) == 1 and (again or not overtaken(error)):
                return self._refuse(writer, members, error)
            # One of them spoils it for all: each alone then shows which. Who was alone looks once more.
            return [
                tx
                for waiting in members
                for tx in await self._run_together(
                    writer, batch, [waiting], held, whole=whole and len(members) == 1, again=len(members) == 1
                )
            ]
        finally:
            await tx.close()
        for waiting, outcome in zip(members, outcomes, strict=True):
            waiting.outcome = outcome
        return [tx]

    async def _run_alone(self, writer: Writer, waiting: _Waiting, held: dict[UUID, bool] | None) -> list[Tx]:
        tx = Tx(writer, self.caches, self._clock.now(), self._listeners, held)
        try:
            async with writer.connection.begin_nested():
                waiting.outcome = await waiting.command(tx)
                await tx.flush()
        except Exception as error:
            return self._refuse(writer, [waiting], error)
        finally:
            await tx.close()
        return [tx]

    def _refuse(self, writer: Writer, members: list[_Waiting], error: Exception) -> list[Tx]:
        _raise_for_all(writer, members, error)
        for waiting in members:
            waiting.outcome = translated(error)
        return []


def _raise_for_all(writer: Writer, members: list[_Waiting], error: Exception) -> None:
    """Raise what ends the transaction, and with it the whole group."""
    if isinstance(error, NeedsItsOwn):
        raise _Alone(members) from error
    if writer.lost or lost_transaction(error):
        raise error


def _dies_publishing(done: list[Tx]) -> bool:
    """Tell the listeners; True when a failpoint lets nobody else be told."""
    if hit("after_commit"):
        die()
    for tx in done:
        tx.published()
    dies = hit("before_ack")
    if dies:
        asyncio.get_running_loop().call_later(_LEAVING, die)
    return dies


def _nobody_minds() -> None:
    """Whoever remembers nothing has nothing to doubt, and who keeps no answers back has none to write."""


def _settle(future: asyncio.Future[Any], outcome: Any) -> None:
    if future.done():  # whoever asked has gone; what was done is done all the same
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
