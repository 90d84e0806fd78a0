import asyncio
import random
from uuid import UUID, uuid4

import pytest

from talkoot.kernel.errors import Conflict, Forbidden
from talkoot.kernel.log import Entry, Event, append, create_log, events_after, heads
from talkoot.kernel.transactions import Tx
from tests.kernel.ground import Ground


async def make_logs(ground: Ground, number: int) -> list[UUID]:
    logs = [uuid4() for _ in range(number)]

    async def action(tx: Tx) -> None:
        for log in logs:
            await create_log(tx, log)

    await ground.uow.run(action)
    return logs


async def read_log(ground: Ground, log: UUID) -> list[Event]:
    async with ground.uow.read() as read:
        return await events_after(read, log, 0, 10_000)


async def test_no_hole_in_spite_of_concurrency_and_rollbacks(ground: Ground) -> None:
    logs = await make_logs(ground, 3)
    seed = random.randrange(2**32)
    rng = random.Random(seed)

    async def append_some(number: int) -> int:
        entries = [
            Entry(rng.choice(logs), "mark", {"n": number}, countable=rng.random() < 0.5)
            for _ in range(rng.randint(1, 4))
        ]
        refused = rng.random() < 0.3

        async def action(tx: Tx) -> int:
            events = await append(tx, entries)
            if refused:
                raise Forbidden
            return len(events)

        try:
            return await ground.uow.run(action, key=rng.choice(logs))
        except Forbidden:
            return 0

    written = sum(await asyncio.gather(*(append_some(number) for number in range(150))))
    async with ground.uow.read() as read:
        positions = await heads(read, logs)
    assert sum(head.head for head in positions.values()) == written, seed
    for log in logs:
        events = await read_log(ground, log)
        assert [event.seq for event in events] == list(range(1, positions[log].head + 1)), seed
        times = [event.ts for event in events]
        assert times == sorted(set(times)), seed
        counts = [event.count for event in events]
        assert all(later - earlier in {0, 1} for earlier, later in zip([0, *counts], counts, strict=False))
        assert counts[-1] == positions[log].count, seed


async def test_times_rise_also_when_the_clock_goes_back(ground: Ground) -> None:
    [log] = await make_logs(ground, 1)

    async def action(tx: Tx) -> list[Event]:
        return await append(tx, [Entry(log, "mark", {}) for _ in range(3)])

    before = await ground.uow.run(action)
    ground.clock.skip(-3600)
    after = await ground.uow.run(action)
    times = [event.ts for event in (*before, *after)]
    assert times == sorted(set(times))
    assert after[-1].ts - before[-1].ts == 3


async def test_each_log_has_an_epoch_that_appending_does_not_change(ground: Ground) -> None:
    one, other = await make_logs(ground, 2)
    async with ground.uow.read() as read:
        before = await heads(read, [one, other])
    await ground.uow.run(lambda tx: append(tx, [Entry(one, "mark", {})]))
    async with ground.uow.read() as read:
        after = await heads(read, [one, other, uuid4()])
    assert before[one].epoch == after[one].epoch != after[other].epoch
    assert len(after) == 2
    assert (after[one].head, after[other].head) == (1, 0)


async def test_one_client_id_of_one_sender_is_used_once(ground: Ground) -> None:
    one, other = await make_logs(ground, 2)
    sender, cid = uuid4(), uuid4()
    await ground.uow.run(lambda tx: append(tx, [Entry(one, "mark", {}, sender=sender, cid=cid)]))
    with pytest.raises(Conflict):
        await ground.uow.run(lambda tx: append(tx, [Entry(other, "mark", {}, sender=sender, cid=cid)]))
    await ground.uow.run(lambda tx: append(tx, [Entry(other, "mark", {}, sender=uuid4(), cid=cid)]))
    assert [event.seq for event in await read_log(ground, other)] == [1]


async def test_a_log_that_is_not_there_takes_nothing(ground: Ground) -> None:
    [log] = await make_logs(ground, 1)
    with pytest.raises(LookupError):
        await ground.uow.run(lambda tx: append(tx, [Entry(log, "mark", {}), Entry(uuid4(), "mark", {})]))
    assert await read_log(ground, log) == []
