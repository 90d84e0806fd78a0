"""Runs jobs inside a process: a few at a time, woken after the commit that wrote one, and by the clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from talkoot.kernel import jobs
from talkoot.kernel.clock import SECOND
from talkoot.kernel.cron import Cron, fire, unfired
from talkoot.kernel.errors import TalkootError

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.jobs import Claim
    from talkoot.kernel.transactions import Tx

log = logging.getLogger("talkoot.jobs")

# What a handler returns runs in the transaction that marks the job as done: either both happen, or neither.
InTheEnd = Callable[["Tx"], Awaitable[None]]
Handler = Callable[["Kernel", "Claim"], Awaitable[InTheEnd | None]]

FORGET_FINISHED = "jobs.forget_finished"


async def forget_finished(_kernel: Kernel, _claim: Claim) -> InTheEnd:
    """The handler of FORGET_FINISHED: the table of jobs does not grow for ever."""
    return jobs.forget_finished


class JobRunner:
    """Takes jobs of the kinds it has handlers for; others wait for a process that knows them."""

    def __init__(
        self,
        kernel: Kernel,
        handlers: Mapping[str, Handler],
        schedule: Sequence[Cron] = (),
        *,
        workers: int = 4,
        lease_seconds: float = 60.0,
        poll_seconds: float = 5.0,
        limit_seconds: float = 900.0,
    ) -> None:
        self._kernel = kernel
        self._handlers = handlers
        self._schedule = schedule
        self._workers = workers
        self._lease = lease_seconds
        self._poll = poll_seconds
        self._limit = limit_seconds
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._woken = asyncio.Event()
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; call it on the event loop."""
        self._tasks = [
            asyncio.create_task(self._repeat(self._take), name="jobs-take"),
            asyncio.create_task(self._repeat(self._hold), name="jobs-hold"),
        ]

    def wake(self, _event: object = None) -> None:
        """Look at the table now."""
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
        for claim in unfinished.values():
            await self._end(claim, partial(jobs.hand_back, claim=claim))

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
        now = self._kernel.clock.now()
        free = self._workers - len(self._running)
        async with self._kernel.uow.read() as read:
            missed = await unfired(read, self._schedule, now)
            due = await jobs.next_due(read, list(self._handlers))
        for cron in missed:
            await self._kernel.uow.run(partial(fire, cron=cron))
        if missed:
            return
        if free and due is not None and due <= now:
            await self._claim(free)
            return
        wait = self._poll if due is None or not free else min(self._poll, (due - now) / SECOND)
        await self._pause(wait)

    async def _claim(self, limit: int) -> None:
        kinds = list(self._handlers)
        claimed = await self._kernel.uow.run(
            lambda tx: jobs.claim(tx, kinds, limit=limit, lease_seconds=self._lease)
        )
        for claim in claimed:
            task = asyncio.create_task(self._work(claim), name=f"job-{claim.kind}")
            self._running[task] = claim
            task.add_done_callback(self._worked)

    def _worked(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._woken.set()

    async def _work(self, claim: Claim) -> None:
        try:
            async with asyncio.timeout(self._limit):
                in_the_end = await self._handlers[claim.kind](self._kernel, claim)
            await self._kernel.uow.run(partial(_finish, claim=claim, in_the_end=in_the_end))
        except Exception as error:
            log.warning("Job %s (%s) failed, attempt %d", claim.kind, claim.id, claim.attempt, exc_info=error)
            failure = error
            await self._end(claim, lambda tx: jobs.fail(tx, claim, failure))

    async def _end(self, claim: Claim, action: Callable[[Tx], Awaitable[object]]) -> None:
        try:
            await self._kernel.uow.run(action)
        except TalkootError as error:  # the lease runs out by itself, and the job is tried again
            log.warning("Job %s (%s) could not be ended: %s", claim.kind, claim.id, error.detail)

    async def _hold(self) -> None:
        await asyncio.sleep(self._lease / 3)
        held = dict(self._running)
        if not held:
            return
        ours = await self._kernel.uow.run(
            lambda tx: jobs.renew(tx, list(held.values()), lease_seconds=self._lease)
        )
        for task, claim in held.items():
            if claim.id not in ours and task in self._running:
                log.warning("Job %s (%s) was taken by somebody else", claim.kind, claim.id)
                task.cancel()


async def _finish(tx: Tx, claim: Claim, in_the_end: InTheEnd | None) -> None:
    await jobs.finish(tx, claim)
    if in_the_end is not None:
        await in_the_end(tx)
