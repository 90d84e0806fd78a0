"""W3: resident memory for each connection that is authenticated, subscribed and idle."""

import asyncio
from typing import Any

from bench.processes import resident_bytes
from bench.world import Bench

WARM_UP = 50
REST = 2.0  # at the most: as long as there is something to tidy up


async def memory(bench: Bench) -> list[dict[str, Any]]:
    """The difference that the connections make to a server that has served a few before."""
    return [{"case": "idle", "repeat": n, **await _once(bench)} for n in range(bench.sizes.repeats)]


async def _once(bench: Bench) -> dict[str, Any]:
    number, rest = bench.sizes.idle, min(REST, bench.sizes.warm_up * 3)
    with bench.server() as place:
        people = place.world.seats(bench.sizes.people)
        async with place.swarm(people[:WARM_UP]):
            pass
        await asyncio.sleep(rest)
        before = resident_bytes(place.pid)
        async with place.swarm([people[n % len(people)] for n in range(number)]):
            await asyncio.sleep(rest)
            after = resident_bytes(place.pid)
    return {
        "connections": number,
        "before_bytes": before,
        "after_bytes": after,
        "kib_per_connection": round((after - before) / number / 1024, 2),
    }
