"""What the table of jobs tells Prometheus, the same in every process."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from talkoot.kernel import jobs
from talkoot.kernel.errors import TalkootError

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.metrics import Metrics


class Queue:
    """What the database knows of the jobs, as it was when the metrics were last asked for."""

    def __init__(self) -> None:
        self._by_state: dict[str, int] = {}
        self._overdue = 0.0

    def watched_by(self, metrics: Metrics) -> None:
        """Show it."""
        metrics.watch("talkoot_jobs", "Jobs by state.", lambda: self._by_state, label="state")
        metrics.watch(
            "talkoot_jobs_overdue_seconds",
            "For how long the oldest job that could run has been waiting.",
            lambda: self._overdue,
        )

    async def look(self, kernel: Kernel) -> None:
        """Nothing without the database: the server still has other numbers to show."""
        counted, overdue = {}, 0.0
        with suppress(TalkootError):
            async with kernel.uow.read() as read:
                counted = await jobs.counts(read)
                overdue = await jobs.overdue(read, kernel.clock.now())
        self._by_state, self._overdue = counted, overdue
