"""The cases, in the order in which every server goes through them; each step yields one sample a case."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from bench.latency import summary
from bench.meter import Meter, measure
from bench.peers.guest import Guest
from bench.peers.sites import PAGE, Ask, Site
from bench.processes import resident_bytes
from bench.publishing import Publisher, acknowledged, paced, saturated
from bench.swarm import Seat, Swarm
from bench.waiting import until
from bench.workloads.fanout import LIGHT, spread
from bench.workloads.window import Load
from bench.world import Sizes

Sample = dict[str, Any]
Step = Callable[[Site, Sizes], AsyncIterator[Sample]]
WARM_UP = 20
READERS = 16


async def entering(site: Site, sizes: Sizes) -> AsyncIterator[Sample]:
    """W5, W3, W1: everybody comes, stays, and then 8 of them write."""
    everybody = site.everybody(sizes.people)
    async with _inside(site, everybody[:WARM_UP]):
        pass
    rest = min(2.0, sizes.warm_up * 3)
    await asyncio.sleep(rest)
    before = resident_bytes(site.pid)
    crowd = site.swarm()
    meter = Meter(site.pid, lambda: len(crowd.members))
    try:
        await crowd.connect(everybody)
        yield meter.stop()
        await asyncio.sleep(rest)
        kib = (resident_bytes(site.pid) - before) / len(everybody) / 1024
        yield {"connections": len(everybody), "before_bytes": before, "kib_per_connection": round(kib, 2)}
        async for sample in _windows(site, sizes, crowd):
            yield sample
    finally:
        crowd.close()


async def hundred(site: Site, sizes: Sizes) -> AsyncIterator[Sample]:
    """W1 in the smallest of the wide rooms."""
    async for sample in wide(site, sizes, min(sizes.fanouts)):
        yield sample


async def thousand(site: Site, sizes: Sizes) -> AsyncIterator[Sample]:
    """W1 in the widest room, and nothing else."""
    async for sample in wide(site, sizes, sizes.people):
        yield sample


async def wide(site: Site, sizes: Sizes, members: int) -> AsyncIterator[Sample]:
    """W1: saturated, then light."""
    async with _inside(site, site.everybody(members)) as crowd:
        async for sample in _windows(site, sizes, crowd):
            yield sample


async def many_rooms(site: Site, sizes: Sizes) -> AsyncIterator[Sample]:
    """W2: everybody sends, and is told so, one message after the other."""
    per = sizes.room_size
    seats = [Seat(site.names[n], site.small[n // per]) for n in range(sizes.rooms * per)]
    async with _inside(site, seats) as crowd:
        publishers = [Publisher(member, site.encoder(member), in_flight=1) for member in crowd.members]
        load = Load(site.pid, crowd, publishers, sizes)
        await _warm(publishers)
        yield await load.window(saturated, lambda: acknowledged(publishers))


async def pages(site: Site, sizes: Sizes) -> AsyncIterator[Sample]:
    """W4: the end of a long history."""
    times: list[float] = []
    async with site.readers(READERS) as asking:
        if (found := await asking[0]()) != PAGE:
            raise AssertionError(f"a page of {found} messages instead of {PAGE}")
        reading = [asyncio.create_task(_again(ask, times)) for ask in asking]
        try:
            await asyncio.sleep(sizes.warm_up)
            begin = len(times)
            sample = await measure(site.pid, lambda: len(times), sizes.seconds)
        finally:
            for task in reading:
                task.cancel()
            outcomes = await asyncio.gather(*reading, return_exceptions=True)
    if failed := [outcome for outcome in outcomes if not isinstance(outcome, asyncio.CancelledError)]:
        raise AssertionError(f"a page was refused: {failed[0]!r}")
    yield {**sample, "latency": summary(times[begin:])}


async def filled_pages(site: Site, sizes: Sizes) -> AsyncIterator[Sample]:
    """The same where the history must be written first."""
    seats = [Seat(name, site.small[0]) for name in site.names[: sizes.room_size]]
    async with _inside(site, seats) as crowd:
        quota = sizes.history // len(seats)
        publishers = [Publisher(member, site.encoder(member), quota=quota) for member in crowd.members]
        load = Load(site.pid, crowd, publishers, sizes)
        saturated(publishers)
        await until(lambda: acknowledged(publishers) == quota * len(seats))
        await load.finish()
    async for sample in pages(site, sizes):
        yield sample


async def _windows(site: Site, sizes: Sizes, crowd: Swarm) -> AsyncIterator[Sample]:
    publishers = [
        Publisher(member, site.encoder(member), in_flight=site.in_flight)
        for member in spread(crowd, sizes.publishers)
    ]
    load = Load(site.pid, crowd, publishers, sizes)
    await _warm(publishers)
    full = await load.window(saturated)
    about = {"frame_bytes": crowd.members[0].frame_bytes, "in_flight": site.in_flight}
    yield {**full, **about}
    rate = max(1.0, full["sends_per_second"] * LIGHT)
    yield await load.window(partial(paced, rate=rate))


async def _warm(publishers: Sequence[Publisher]) -> None:
    """Let slow servers get through everything that comes at once in the beginning."""
    if not isinstance(publishers[0].member, Guest):
        return
    saturated(publishers)
    await until(lambda: acknowledged(publishers) >= len(publishers))


@asynccontextmanager
async def _inside(site: Site, seats: Sequence[Seat]) -> AsyncIterator[Swarm]:
    crowd = site.swarm()
    try:
        await crowd.connect(seats)
        yield crowd
    finally:
        crowd.close()
        await asyncio.sleep(0)


async def _again(ask: Ask, times: list[float]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        begin = loop.time()
        if (found := await ask()) != PAGE:
            raise AssertionError(f"{found} messages instead of {PAGE}")
        times.append(loop.time() - begin)
