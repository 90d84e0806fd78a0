"""Who catches up reads what the database says, whatever happened to the tails in memory and in Redis."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from talkoot.kernel.log import (
    Appended,
    Entry,
    Redacted,
    append,
    create_log,
    events_after,
    heads,
    lock,
    redact,
)
from talkoot.kernel.log_tails import LogTails, catch_up
from talkoot.kernel.redis_calls import RedisCalls
from talkoot.kernel.shared_tails import SharedTails
from talkoot.kernel.transactions import Tx
from talkoot.settings import Settings
from tests.examples import examples
from tests.kernel.ground import Ground, until
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey

STEPS = 70


@dataclass
class Process:
    """One process; what its listeners are told is kept, to be told late or again."""

    ground: Ground
    shared: SharedTails | None = None
    mute: bool = False
    """It dies after each commit, before anybody is told."""
    told: list[list[object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tails = self.ground.uow.caches.of(LogTails)
        self.tails.shared = self.shared
        for kind in (Appended, Redacted):
            self.ground.listeners[kind] = ((), [self._hear])

    def _hear(self, event: Any) -> None:
        self.told[-1].append(event)
        if not self.mute:
            (self.tails.appended if isinstance(event, Appended) else self.tails.redacted)(event)

    async def begin(self) -> UUID:
        log = uuid4()
        await self.ground.uow.run(lambda tx: create_log(tx, log))
        return log

    async def write(self, log: UUID, times: int) -> list[tuple[int, UUID]]:
        """Append; the positions and subjects."""
        self.told.append([])
        entries = [Entry(log, "mark", {"text": "secret" * random.randint(1, 30)}) for _ in range(times)]
        for entry in entries:
            entry.subject = entry.id
        events = await self.ground.uow.run(lambda tx: append(tx, entries))
        return [(event.seq, event.id) for event in events]

    async def delete(self, log: UUID, seq: int, subject: UUID) -> None:
        self.told.append([])

        async def action(tx: Tx) -> None:
            await lock(tx, [log])
            await redact(tx, log, [(seq, subject, {"text": ""})])
            await append(tx, [Entry(log, "gone", {}, subject=subject)])

        await self.ground.uow.run(action)

    async def check(self, log: UUID, seq: int) -> None:
        """Catching up tells what is stored."""
        async with self.ground.uow.read() as read:
            head = (await heads(read, [log]))[log]
            (events,) = await catch_up(read, [(head, seq)], 500)
            stored = await events_after(read, log, seq, 500)
        assert [(e.seq, e.id, e.body) for e in events] == [(e.seq, e.id, e.body) for e in stored]


@pytest_asyncio.fixture
async def processes(postgres: Postgres, migrated: str, own_valkey: Valkey) -> AsyncIterator[list[Process]]:
    """Three on one database and one Redis; the last one dies after each commit."""
    settings = Settings(database_url=postgres.url(postgres.create_database(migrated)))
    calls = RedisCalls(own_valkey.url)
    await calls.start()
    async with Ground.on(settings) as one, Ground.on(settings) as other, Ground.on(settings) as dying:
        shared = [SharedTails(calls, "test:", b"k" * 32, every=0) for _ in range(3)]
        made = [Process(ground, tails) for ground, tails in zip((one, other, dying), shared, strict=True)]
        made[2].mute = True
        yield made
        for tails in shared:
            await tails.close()
    await calls.close()


async def spoil(processes: list[Process], calls: RedisCalls, log: UUID, dice: random.Random) -> None:
    """What may happen to Redis, and to what it is told."""
    kind = dice.choice(["late or again", "late or again", "flushed", "another type", "garbage", "nothing"])
    key = f"test:tail:{log}"
    if kind == "late or again":
        process = dice.choice(processes)
        for event in dice.choice(process.told or [[]]):  # a commit is told in one turn
            assert process.shared
            tell: Any = process.shared.appended if isinstance(event, Appended) else process.shared.redacted
            tell(event)
    elif kind == "flushed":
        await calls.ask("FLUSHALL")
    elif kind != "nothing":
        spoilt = {
            "another type": "'LPUSH', KEYS[1], 'x'",
            "garbage": "'XADD', KEYS[1], '1-0', 'x', 'y', 'z', 'z'",
        }
        await calls.ask("EVAL", f"redis.call('DEL', KEYS[1]) redis.call({spoilt[kind]})", 1, key)


@pytest.mark.parametrize("seed", range(examples(1)))
async def test_several_processes_read_what_is_stored(
    processes: list[Process], own_valkey: Valkey, seed: int
) -> None:
    dice, known = random.Random(seed), list[tuple[int, UUID]]()
    calls = RedisCalls(own_valkey.url)
    await calls.start()
    log = await processes[0].begin()
    for _ in range(STEPS):
        writer = dice.choices(processes, [5, 5, 1])[0]
        if known and dice.random() < 0.2:
            await writer.delete(log, *known.pop(dice.randrange(len(known))))
        else:
            known += await writer.write(log, dice.randint(1, 3))
        if dice.random() < 0.2:
            await spoil(processes, calls, log, dice)
        for process in processes:
            await process.check(
                log, dice.choice([0, max(0, (known or [(0, log)])[-1][0] - dice.randint(0, 9))])
            )
    await calls.close()


async def test_one_process_alone_reads_what_is_stored(ground: Ground) -> None:
    process, dice, known = Process(ground), random.Random(4), list[tuple[int, UUID]]()
    log = await process.begin()
    for _ in range(STEPS):
        if known and dice.random() < 0.2:
            await process.delete(log, *known.pop(dice.randrange(len(known))))
        else:
            known += await process.write(log, dice.randint(1, 3))
        await process.check(log, dice.choice([0, dice.randint(0, len(known))]))


async def found(process: Process, log: UUID, seq: int) -> bool:
    """Whether Redis has all from there to the head."""
    async with process.ground.uow.read() as read:
        head = (await heads(read, [log]))[log]
    assert process.shared
    (events,) = await process.shared.find([(head, seq)])
    return events is not None and [event.seq for event in events] == [*range(seq + 1, head.head + 1)]


async def test_what_others_wrote_is_found_in_redis(processes: list[Process], own_valkey: Valkey) -> None:
    one, other, dying = processes
    log = await one.begin()
    for writer in (one, other, one, other):
        await writer.write(log, 75)
        await until(lambda: found(dying, log, 0))
    await dying.write(log, 1)  # nobody is told
    assert not await found(one, log, 299)
    ((seq, subject),) = await one.write(log, 1)
    await until(lambda: found(other, log, 301))
    assert not await found(other, log, 300)
    await other.delete(log, seq, subject)
    await one.write(log, 2)
    await until(lambda: found(other, log, 303))
    assert not await found(other, log, 302)
    await other.write(log, 350)
    await until(lambda: found(one, log, 450))
    own_valkey.kill()
    assert not await found(one, log, 450)
    await one.check(log, 450)


async def test_what_somebody_else_has_put_there_is_not_read(
    processes: list[Process], own_valkey: Valkey
) -> None:
    one, other, _ = processes
    calls = RedisCalls(own_valkey.url)
    await calls.start()
    log = await one.begin()
    await one.write(log, 3)
    await until(lambda: found(other, log, 0))
    key = f"test:tail:{log}"
    entries = await calls.ask("XRANGE", key, "-", "+")
    await calls.ask("DEL", key)
    for at, (epoch, _) in entries:  # true words, at another place
        await calls.ask("XADD", key, at, epoch, entries[0][1][1])
    assert not await found(other, log, 0)
    await other.check(log, 0)
    await calls.close()
