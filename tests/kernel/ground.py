"""What the kernel tests stand on: a unit of work on a real database, and a clock that can be put forward."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy import update

from talkoot.kernel.blobs import FolderBlobs
from talkoot.kernel.clock import SECOND
from talkoot.kernel.context import Kernel
from talkoot.kernel.database import Database, open_database
from talkoot.kernel.jobs import Job
from talkoot.kernel.keyed_rates import QuickRates
from talkoot.kernel.outgoing import Outgoing
from talkoot.kernel.rate_limits import MemoryRateLimiter
from talkoot.kernel.secrets import Secrets
from talkoot.kernel.unit_of_work import UnitOfWork
from talkoot.settings import Settings


@dataclass
class ForwardClock:
    """The machine's clock, and what was skipped."""

    skipped: float = 0.0

    def skip(self, seconds: float) -> None:
        self.skipped += seconds

    def now(self) -> int:
        return time.time_ns() // 1000 + round(self.skipped * SECOND)

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped


@dataclass
class SetClock:
    """A clock that stands still, in whole microseconds."""

    moment: int = 1_000 * SECOND

    def now(self) -> int:
        return self.moment

    def monotonic(self) -> float:
        return self.moment / SECOND


@dataclass
class Ground:
    """A kernel; `listeners` may be filled by the test."""

    settings: Settings
    database: Database
    clock: ForwardClock
    uow: UnitOfWork
    kernel: Kernel
    listeners: dict[type, Any] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def on(cls, settings: Settings, clock: ForwardClock | None = None) -> AsyncIterator[Self]:
        """A ground on a database that has its tables already."""
        clock = clock or ForwardClock()
        database = open_database(settings)
        listeners: dict[type, Any] = {}
        uow = UnitOfWork(database, clock, listeners)
        limits = MemoryRateLimiter(clock)
        rates = QuickRates(limits.book, None)
        kernel = Kernel(
            settings,
            clock,
            Secrets("s" * 32),
            database,
            uow,
            limits,
            rates,
            FolderBlobs(settings.data / "files"),
            Outgoing(),
        )
        uow.start()
        yield cls(settings, database, clock, uow, kernel, listeners)
        await uow.close()
        await database.close()

    async def age_jobs(self, seconds: float) -> None:
        """Let time pass for jobs alone, whose clock is that of the database."""
        earlier = round(seconds * SECOND)
        await self.uow.run(
            lambda tx: tx.connection.execute(
                update(Job).values(due_at=Job.due_at - earlier, created_at=Job.created_at - earlier)
            )
        )

    @property
    def is_sqlite(self) -> bool:
        return self.database.is_sqlite


async def until(holds: Callable[[], bool | Awaitable[bool]], patience: float = 10.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(patience):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.01)
