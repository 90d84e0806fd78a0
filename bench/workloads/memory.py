"""W3: resident memory for each authenticated, subscribed, idle connection, at several numbers of them."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from bench.processes import resident_bytes
from bench.world import Bench

if TYPE_CHECKING:
    from bench.swarm import Swarm

WARM_UP = 50
REST = 2.0  # at the most: as long as there is something to tidy up


async def memory(bench: Bench) -> list[dict[str, Any]]:
    """More and more connections to a server that has served a few before."""
    return [sample for repeat in range(bench.sizes.repeats) for sample in await _once(bench, repeat)]


async def _once(bench: Bench, repeat: int) -> list[dict[str, Any]]:
    rest, here, samples = min(REST, bench.sizes.warm_up * 3), 0, []
    with bench.server() as place:
        people = place.world.seats(bench.sizes.people)
        async with place.swarm(people[:WARM_UP]):
            pass
        await asyncio.sleep(rest)
        before = resident_bytes(place.pid)
        crowds: list[Swarm] = []
        async with AsyncExitStack() as stack:
            for number in bench.sizes.idle:
                seats = [people[n % len(people)] for n in range(here, number)]
                here += len(seats)
                if seats:
                    for crowd in crowds:
                        crowd.beat()
                    crowds.append(await stack.enter_async_context(place.swarm(seats)))
                    await asyncio.sleep(rest)
                after = resident_bytes(place.pid)
                each = {"kib_per_connection": round((after - before) / here / 1024, 2)} if here else {}
                sample = {"connections": here, "before_bytes": before, "after_bytes": after, **each}
                samples.append({"case": "idle", "repeat": repeat, **sample})
    return samples
