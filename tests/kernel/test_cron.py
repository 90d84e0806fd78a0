import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from talkoot.kernel import jobs
from talkoot.kernel.clock import DAY, SECOND
from talkoot.kernel.context import Kernel
from talkoot.kernel.cron import Cron, fire, last_slot, unfired
from talkoot.kernel.job_runner import JobRunner
from talkoot.kernel.jobs import Claim
from tests.kernel.ground import Ground, until

DAILY = Cron("mark", "17 3 * * *")


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("when", "now", "slot"),
    [
        ("17 3 * * *", "2026-05-02T03:16:59", "2026-05-01T03:17:00"),
        ("17 3 * * *", "2026-05-02T03:17:00", "2026-05-02T03:17:00"),
        ("*/5 * * * *", "2026-05-02T03:19:30", "2026-05-02T03:15:00"),
        ("0 0 29 2 *", "2026-05-02T00:00:00", "2024-02-29T00:00:00"),
    ],
)
def test_the_last_slot(when: str, now: str, slot: str) -> None:
    assert last_slot(Cron("mark", when), moment(now)) == moment(slot)


async def slots(ground: Ground) -> list[int]:
    async with ground.uow.read() as read:
        found = await read.session.scalars(select(jobs.Job).order_by(jobs.Job.created_at))
        return [int(job.payload.partition(":")[2].rstrip("}")) for job in found]


async def test_a_new_schedule_begins_with_its_next_slot(ground: Ground) -> None:
    assert await ground.uow.run(lambda tx: fire(tx, DAILY, ground.clock.now())) is False
    assert await slots(ground) == []
    ground.clock.skip(24 * 3600)
    assert await ground.uow.run(lambda tx: fire(tx, DAILY, ground.clock.now())) is True
    assert await ground.uow.run(lambda tx: fire(tx, DAILY, ground.clock.now())) is False
    assert await slots(ground) == [last_slot(DAILY, ground.clock.now())]


async def test_of_several_missed_slots_the_last_is_made_up_for(ground: Ground) -> None:
    await ground.uow.run(lambda tx: fire(tx, DAILY, ground.clock.now()))
    ground.clock.skip(10 * 24 * 3600)
    async with ground.uow.read() as read:
        assert await unfired(read, [DAILY], ground.clock.now()) == [DAILY]
    await ground.uow.run(lambda tx: fire(tx, DAILY, ground.clock.now()))
    assert len(await slots(ground)) == 1


async def test_a_scheduler_whose_clock_lags_fires_nothing_twice(ground: Ground) -> None:
    await ground.uow.run(lambda tx: fire(tx, DAILY, ground.clock.now()))
    ground.clock.skip(48 * 3600)
    await ground.uow.run(lambda tx: fire(tx, DAILY, ground.clock.now()))
    ground.clock.skip(-24 * 3600)
    assert await ground.uow.run(lambda tx: fire(tx, DAILY, ground.clock.now())) is False
    assert len(await slots(ground)) == 1


async def test_many_schedulers_fire_a_slot_once(ground: Ground) -> None:
    seen: list[int] = []

    async def handle(_kernel: Kernel, claim: Claim) -> None:
        seen.append(claim.payload["slot"])

    await ground.uow.run(lambda tx: fire(tx, DAILY, ground.clock.now() - DAY))
    async with AsyncExitStack() as stack:
        for _ in range(6):
            own = (
                ground
                if ground.is_sqlite
                else await stack.enter_async_context(Ground.on(ground.settings, ground.clock))
            )
            runner = JobRunner(own.kernel, {"mark": handle}, [DAILY], poll_seconds=0.05)
            runner.start()
            stack.push_async_callback(runner.close)
        await until(lambda: len(seen) == 1)
        await asyncio.sleep(0.3)
    assert seen == [last_slot(DAILY, ground.clock.now())]
