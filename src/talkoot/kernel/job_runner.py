"""Runs jobs inside a process: a few at a time, woken after the commit that wrote one, and by the clock."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from talkoot.kernel import jobs
from talkoot.kernel.clock import SECOND
from talkoot.kernel.cron import Cron, fire, unfired
from talkoot.kernel.errors import TalkootError
from talkoot.kernel.failpoints import die, hit
from talkoot.kernel.moments import current_moment
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.jobs import Claim
    from talkoot.kernel.transactions import Tx

log = logging.getLogger("talkoot.jobs")

# What a handler returns runs in the transaction that marks the job as done: either both happen, or neither.
InTheEnd = Callable[["Tx"], Awaitable[None]]
Handler = Callable[["Kernel", "Claim"], Awaitable[InTheEnd | None]]

FORGET_FINISHED = "jobs.forget_finished"
TOLD_EVERY = 1.0  # seconds between two writings of how far the running jobs are


async def forget_finished(_kernel: Kernel, _claim: Claim) -> InTheEnd:
    """The handler of FORGET_FINISHED: the table of jobs does not grow for ever."""
    return jobs.forget_finished


class _Running(State, eq=False):
    claim: Claim
    lease: asyncio.Timeout | None = None
    """Ends the work when the lease was not renewed in time: somebody else may have begun it by then."""


class JobRunner:
    """Takes jobs of the kinds it has handlers for; others wait for a process that knows them.

    Of a kind that has a share, no more than that run here at once.
    """

    def __init__(
        self,
        kernel: Kernel,
        handlers: Mapping[str, Handler],
        schedule: Sequence[Cron] = (),
        *,
        shares: Mapping[str, int] = jobs.NO_SHARES,
        workers: int = 4,
        lease_seconds: float = 60.0,
        poll_seconds: float = 5.0,
        limit_seconds: float = 900.0,
    ) -> None:
        self._kernel = kernel
        self._handlers = handlers
        self._schedule = schedule
        self._shares = shares
        self._workers = workers
        self._lease = lease_seconds
        self._poll = poll_seconds
        self._limit = limit_seconds
        self._running: dict[asyncio.Task[None], _Running] = {}
        self._woken = asyncio.Event()
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []
        self.outcomes: Counter[str] = Counter()
        """How the attempts of this process ended: `done`, `failed`, `dead`, `lost`, `handed_back`."""
        self.woken = 0
        """How often this process was told of a new job."""
        self.on_ended: Callable[[str, float], None] = lambda _kind, _seconds: None
        """Called with the kind of a job and how long its attempt took, whatever came of it."""

    @property
    def running(self) -> int:
        """Jobs that run in this process now."""
        return len(self._running)

    def start(self) -> None:
        """Begin; call it on the event loop."""
        self._tasks = [
            asyncio.create_task(self._repeat(self._take), name="jobs-take"),
            asyncio.create_task(self._repeat(self._hold), name="jobs-hold"),
            asyncio.create_task(self._repeat(self._tell), name="jobs-tell"),
        ]

    def wake(self, _event: object = None) -> None:
        """There is a new job: look at the table now."""
        self.woken += 1
        self._woken.set()

    async def close(self, grace_seconds: float = 5.0) -> None:
        """Take nothing new, let what runs finish, and hand back what does not in time."""
        self._closing = True
        self._woken.set()
        if self._tasks:
            await self._tasks[0]
        if self._running:
            await asyncio.wait(list(self._running), timeout=grace_seconds)
        unfinished = dict(self._running)
        for task in (*unfinished, *self._tasks):
            task.cancel()
        await asyncio.gather(*unfinished, *self._tasks, return_exceptions=True)
        for running in unfinished.values():
            self.outcomes["handed_back"] += 1
            await self._end(running.claim, partial(jobs.hand_back, claim=running.claim))

    async def _repeat(self, step: Callable[[], Awaitable[None]]) -> None:
        while not self._closing:
            try:
                await step()
            except TalkootError as error:  # the database is away: it was logged where it failed
                log.warning("Jobs wait: %s", error.detail)
                await self._pause(self._poll)
            except Exception:
                log.exception("Jobs wait")
                await self._pause(self._poll)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)

    async def _take(self) -> None:
        self._woken.clear()
        free = self._workers - len(self._running)
        async with self._kernel.uow.read() as read:
            now = await current_moment(read.connection, self._kernel.clock.now())
            missed = await unfired(read, self._schedule, now)
            due = await jobs.until_due(read, self._kinds(), now)
        for cron in missed:
            await self._kernel.uow.run(partial(fire, cron=cron, now=now))
        if missed:
            return
        if free and due is not None and due <= 0:
            await self._claim(free)
            return
        wait = self._poll if due is None or not free else min(self._poll, due / SECOND)
        await self._pause(wait)

    async def _claim(self, limit: int) -> None:
        kinds, shares = self._kinds(), {kind: left for kind, left in self._left().items() if left > 0}
        held_until = self._lease_end()
        claimed = await self._kernel.uow.run(
            lambda tx: jobs.claim(tx, kinds, limit=limit, lease_seconds=self._lease, shares=shares)
        )
        if claimed and hit("job_claimed"):
            die()
        for claim in claimed:
            running = _Running(claim)
            task = asyncio.create_task(self._work(running, held_until), name=f"job-{claim.kind}")
            self._running[task] = running
            task.add_done_callback(self._worked)

    def _kinds(self) -> list[str]:
        """What may be taken now."""
        left = self._left()
        return [kind for kind in self._handlers if left.get(kind, 1) > 0]

    def _left(self) -> dict[str, int]:
        """How many more of the kinds that have a share may run here."""
        run = Counter(running.claim.kind for running in self._running.values())
        return {kind: share - run[kind] for kind, share in self._shares.items()}

    def _lease_end(self) -> float:
        """When a lease ends that is asked for now, as this process sees it: never later than the database."""
        return asyncio.get_running_loop().time() + self._lease

    def _worked(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._woken.set()

    async def _work(self, running: _Running, held_until: float) -> None:
        claim = running.claim
        begin = self._kernel.clock.monotonic()
        try:
            async with asyncio.timeout(self._limit), asyncio.timeout_at(held_until) as running.lease:
                in_the_end = await self._handlers[claim.kind](self._kernel, claim)
            running.lease = None
            if hit("job_before_finish"):
                die()
            await self._kernel.uow.run(partial(_finish, claim=claim, in_the_end=in_the_end))
            self.outcomes["done"] += 1
        except Exception as error:
            log.warning("Job %s (%s) failed, attempt %d", claim.kind, claim.id, claim.attempt, exc_info=error)
            failure = error
            again = await self._end(claim, lambda tx: jobs.fail(tx, claim, failure))
            self.outcomes["lost" if again is None else "failed" if again else "dead"] += 1
        finally:
            running.lease = None
            self.on_ended(claim.kind, self._kernel.clock.monotonic() - begin)

    async def _end(self, claim: Claim, action: Callable[[Tx], Awaitable[bool | None]]) -> bool | None:
        try:
            return await self._kernel.uow.run(action)
        except TalkootError as error:  # the lease runs out by itself, and the job is tried again
            log.warning("Job %s (%s) could not be ended: %s", claim.kind, claim.id, error.detail)
            return None

    async def _hold(self) -> None:
        await asyncio.sleep(self._lease / 3)
        held = dict(self._running)
        if not held:
            return
        held_until = self._lease_end()
        claims = [running.claim for running in held.values()]
        ours = await self._kernel.uow.run(lambda tx: jobs.renew(tx, claims, lease_seconds=self._lease))
        for task, running in held.items():
            if running.lease is None or running.lease.expired():  # the end of the job proves its lease itself
                continue
            if running.claim.id in ours:
                running.lease.reschedule(held_until)
            else:
                log.warning("Job %s (%s) was taken by somebody else", running.claim.kind, running.claim.id)
                self.outcomes["lost"] += 1
                task.cancel()

    async def _tell(self) -> None:
        await asyncio.sleep(TOLD_EVERY)
        untold = [each.claim for each in self._running.values() if not each.claim.progress.told]
        if untold:
            for claim in untold:
                claim.progress.told = True
            await self._kernel.uow.run(partial(jobs.tell_progress, claims=untold))


async def _finish(tx: Tx, claim: Claim, in_the_end: InTheEnd | None) -> None:
    await jobs.finish(tx, claim)
    if in_the_end is not None:
        await in_the_end(tx)
