"""Workers that die while they do jobs."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.cluster.marking_worker import MarkingWorker, all_done, begin_marks, marks
from tests.faults.stage import PATIENCE, Stage
from tests.servers.talkoot import Talkoot

JOBS = 30
POINTS = ("job_claimed", "job_middle", "job_before_finish")


async def workers_die(stage: Stage) -> None:
    """A worker kills itself when it took a job, in the middle, and before the end; others take it up."""
    node = stage.deployment.nodes[0]
    await begin_marks(node, JOBS)
    for point in POINTS:
        async with _working(stage, fail=f"{point}:0.3") as doomed, asyncio.timeout(PATIENCE):
            while doomed.process.running:
                await stage.load(5, seconds=0.1)
        stage.injected(f"SIGKILL at {point}", doomed.process.ended_with == -signal.SIGKILL)
    async with _working(stage), asyncio.timeout(PATIENCE):
        while not await all_done(node):
            await stage.load(5, seconds=0.1)
    happened = await marks(node)
    for job in range(JOBS):
        stage.recording.add("effect", job=str(job), times=happened.get(job, 0))


@asynccontextmanager
async def _working(stage: Stage, **settings: str) -> AsyncIterator[Talkoot]:
    """A worker of the cluster."""
    given = {"job_lease_seconds": "1.5", "search": "off", **settings}
    worker = MarkingWorker(stage.deployment.root / "worker", **given)
    worker.environment = {**stage.deployment.nodes[0].environment, **worker.environment}
    worker.launch()
    try:
        yield worker
    finally:
        if worker.process.running:
            worker.kill()
        worker.stop()
