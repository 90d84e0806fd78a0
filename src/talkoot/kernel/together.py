"""Questions that wait at the same moment are answered together, first come first served."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from talkoot.kernel.errors import RateLimited, TalkootError

Q = TypeVar("Q")
A = TypeVar("A")

RETRY_AFTER = 5.0  # seconds


class Together(Generic[Q, A]):
    """Joins questions into few readings. Nobody is answered from a reading that began before they asked.

    `answer` gives one answer, or one refusal, for each question of a batch. A batch weighs at most `at_once`,
    or is a single question; the next one begins when it is answered, and after whatever else was ready. Who
    has waited longer than `patience` seconds for a turn is refused: RateLimited.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Awaitable[Sequence[A | TalkootError]]],
        *,
        at_once: int,
        weight: Callable[[Q], int] = lambda _question: 1,
        patience: float = float("inf"),
    ) -> None:
        self._answer = answer
        self._at_once = at_once
        self._weight = weight
        self._patience = patience
        self._waiting: deque[tuple[Q, asyncio.Future[A], float]] = deque()
        self._task: asyncio.Task[None] | None = None

    def ask(self, question: Q) -> asyncio.Future[A]:
        """Queue a question now; the future has the answer, or raises the refusal, or why nobody got one."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[A] = loop.create_future()
        self._waiting.append((question, future, time.monotonic()))
        if self._task is None:
            self._task = loop.create_task(self._serve())
        return future

    async def _serve(self) -> None:
        try:
            while batch := self._next():
                await self._settle(batch)
                await asyncio.sleep(0)
        finally:
            self._task = None

    def _next(self) -> list[tuple[Q, asyncio.Future[A]]]:
        batch: list[tuple[Q, asyncio.Future[A]]] = []
        left, oldest = self._at_once, time.monotonic() - self._patience
        while self._waiting:
            question, future, asked_at = self._waiting[0]
            if not future.done() and asked_at >= oldest:
                left -= self._weight(question)
                if batch and left < 0:
                    break
                batch.append((question, future))
            elif not future.done():
                future.set_exception(
                    RateLimited(
                        f"Too many at once: come back in {RETRY_AFTER:.0f} s", retry_after=RETRY_AFTER
                    )
                )
            self._waiting.popleft()
        return batch

    async def _settle(self, batch: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        outcomes: Sequence[A | Exception]
        try:
            outcomes = await self._answer([question for question, _ in batch])
        except Exception as error:  # noqa: BLE001 - each of those who asked raises it
            outcomes = [error] * len(batch)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():  # whoever asked has gone
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
