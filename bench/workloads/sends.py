"""W2: durable sends. One to many senders with a room each, then people in rooms of ten."""

from typing import Any

from bench.publishing import Publisher, acknowledged, saturated, talkoot_encoder
from bench.reference.postgresql import commits as postgresql_commits
from bench.reference.sqlite_commit import commits
from bench.swarm import Seat
from bench.workloads.window import Load
from bench.world import Bench, Place
from bench.world_on_postgresql import OnPostgresql

SQLITE, POSTGRESQL = "sqlite", "postgresql"
Samples = list[dict[str, Any]]


async def sends(bench: Bench) -> Samples:
    """What is counted is acknowledged messages, each stored before; their deliveries are in the price."""
    samples = []
    for repeat in range(bench.sizes.repeats):
        found = [{"case": "one bare commit", **commits(bench.folder, bench.sizes.seconds / 2)}]
        with bench.server() as place:
            found += await _all(bench, place)
        samples += [{"database": SQLITE, "repeat": repeat, **sample} for sample in found]
    return samples + await _on_postgresql(bench)


async def _on_postgresql(bench: Bench) -> Samples:
    samples: Samples = []
    with bench.postgresql() as cluster:
        if cluster is None:
            return []
        world = await OnPostgresql.make(bench, cluster)
        for repeat in range(bench.sizes.repeats):
            bare = await postgresql_commits(cluster, bench.sizes.seconds / 2)
            found: Samples = [{"case": "one bare commit", **bare}]
            with world.server() as place:
                found += await _all(world.bench, place)
            samples += [{"database": POSTGRESQL, "repeat": repeat, **sample} for sample in found]
    return samples


async def _all(bench: Bench, place: Place) -> Samples:
    world, sizes = place.world, bench.sizes
    alone = [Seat(*pair) for pair in zip(world.tokens, world.alone, strict=False)]
    rooms = [
        Seat(world.tokens[n], world.small[n // sizes.room_size]) for n in range(sizes.rooms * sizes.room_size)
    ]
    return [
        *[await _send(bench, place, alone[:number], f"{number} senders") for number in sizes.senders],
        await _send(bench, place, rooms, "many rooms"),
    ]


async def _send(bench: Bench, place: Place, seats: list[Seat], case: str) -> dict[str, Any]:
    async with place.swarm(seats) as crowd:
        publishers = [Publisher(member, talkoot_encoder(), in_flight=1) for member in crowd.members]
        load = Load(place.pid, crowd, publishers, bench.sizes, place.database)
        with bench.watch(place.pid, "sends", case):
            sample = await load.window(saturated, lambda: acknowledged(publishers))
        return {"case": case, "senders": len(seats), **sample}
