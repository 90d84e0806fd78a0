"""The load generator against a server of C that does nothing but send: what could it do alone?"""

import asyncio
from pathlib import Path
from typing import Any

from bench.meter import measure
from bench.publishing import Publisher, acknowledged, finish, reference_encoder, saturated
from bench.reference.send_loop import send_loop
from bench.swarm import Seat, swarm
from bench.waiting import until
from bench.workloads.fanout import spread
from bench.world import Bench

FRAME = 460
JOINED = 32
PUBLISHER = 1


async def generator(bench: Bench) -> list[dict[str, Any]]:
    """Read events one by one and joined, and send; `capacity_per_second` is what its whole core would do."""
    if bench.reference is None:
        return []
    wide = bench.sizes.people
    cases = [("reading one by one", wide, 1), ("reading joined", wide, JOINED), ("sending", PUBLISHER, 1)]
    samples = []
    for repeat in range(bench.sizes.repeats):
        for case, members, joined in cases:
            sample = await _once(bench, bench.reference, members, joined)
            capacity = round(sample["per_second"] / sample["generator_share"])
            samples.append({"case": case, "repeat": repeat, **sample, "capacity_per_second": capacity})
    return samples


async def _once(bench: Bench, program: Path, members: int, joined: int) -> dict[str, Any]:
    with send_loop(program, FRAME, joined) as (pid, port):
        async with swarm("127.0.0.1", port, [Seat("", "reference")] * members) as crowd:
            sending = spread(crowd, min(members, bench.sizes.publishers))
            publishers = [Publisher(member, reference_encoder()) for member in sending]
            saturated(publishers)
            await asyncio.sleep(bench.sizes.warm_up)
            count = (lambda: crowd.delivered) if members > PUBLISHER else (lambda: acknowledged(publishers))
            sample = await measure(pid, count, bench.sizes.seconds)
            await finish(publishers)
            wanted = acknowledged(publishers) * joined * members
            await until(lambda: crowd.delivered == wanted)
            crowd.look()
            if wrong := sum(member.wrong for member in crowd.members):
                raise AssertionError(f"{wrong} events were out of order")
    return {"members": members, "joined": joined, **sample}
