"""W5: everybody comes back at once: connect, authenticate, subscribe."""

from typing import Any

from bench.meter import Meter
from bench.swarm import Swarm
from bench.world import Bench

WARM_UP = 20


async def storm(bench: Bench) -> list[dict[str, Any]]:
    """What is counted is members who are subscribed, each another person; 100 at a time."""
    return [{"case": "all at once", "repeat": n, **await _once(bench)} for n in range(bench.sizes.repeats)]


async def _once(bench: Bench) -> dict[str, Any]:
    with bench.server() as place:
        people = place.world.seats(bench.sizes.people)
        async with place.swarm(people[:WARM_UP]):
            pass
        crowd = Swarm(place.host, place.port)
        try:
            with bench.watch(place.pid, "storm", "all at once"):
                meter = Meter(place.pid, lambda: len(crowd.members))
                await crowd.connect(people[: bench.sizes.storm])
                return meter.stop()
        finally:
            crowd.close()
