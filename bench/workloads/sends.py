"""W2: durable sends. A few senders with a room each, then 1,000 people in 100 rooms; one message each."""

from typing import Any

from bench.publishing import Publisher, acknowledged, saturated, talkoot_encoder
from bench.reference.sqlite_commit import commits
from bench.swarm import Seat
from bench.workloads.window import Load
from bench.world import Bench, Place


async def sends(bench: Bench) -> list[dict[str, Any]]:
    """What is counted is acknowledged messages, each stored before; their deliveries are in the price."""
    samples = []
    for repeat in range(bench.sizes.repeats):
        bare = commits(bench.folder, bench.sizes.seconds / 2)
        samples.append({"case": "one bare SQLite commit", "repeat": repeat, **bare})
        with bench.server() as place:
            world = place.world
            for number in bench.sizes.senders:
                seats = [Seat(*pair) for pair in zip(world.tokens, world.alone[:number], strict=False)]
                samples.append(await _all_send(bench, place, seats, f"{number} senders", repeat))
            per = bench.sizes.room_size
            seats = [Seat(world.tokens[n], world.small[n // per]) for n in range(bench.sizes.rooms * per)]
            samples.append(await _all_send(bench, place, seats, "many rooms", repeat))
    return samples


async def _all_send(bench: Bench, place: Place, seats: list[Seat], case: str, repeat: int) -> dict[str, Any]:
    async with place.swarm(seats) as crowd:
        publishers = [Publisher(member, talkoot_encoder(), in_flight=1) for member in crowd.members]
        load = Load(place.pid, crowd, publishers, bench.sizes)
        with bench.watch(place.pid, "sends", case):
            sample = await load.window(saturated, lambda: acknowledged(publishers))
        return {"case": case, "repeat": repeat, **sample}
