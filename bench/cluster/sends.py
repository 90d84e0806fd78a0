"""W2 on several nodes: everybody sends to a room of ten whose members are on all of them."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

from bench.cluster.place import Spread
from bench.latency import summary
from bench.publishing import Publisher, acknowledged, finish, forget, saturated, talkoot_encoder
from bench.swarm import Swarm, swarm
from bench.waiting import until
from bench.world import Sizes

Sample = dict[str, Any]


async def sends(place: Spread, sizes: Sizes) -> list[Sample]:
    """For one node, two, and so on: messages a second, and what each part of the cluster paid for one."""
    return [
        {"case": "sends", "nodes": nodes, "repeat": repeat, **await _once(place, sizes, nodes)}
        for nodes in range(1, len(place.nodes) + 1)
        for repeat in range(sizes.repeats)
    ]


async def _once(place: Spread, sizes: Sizes, nodes: int) -> Sample:
    seats = place.seats(len(place.world.tokens))
    async with AsyncExitStack() as stack:
        crowds = [
            await stack.enter_async_context(swarm(*address, seats[number::nodes]))
            for number, address in enumerate(place.addresses[:nodes])
        ]
        publishers = [
            Publisher(member, talkoot_encoder(), in_flight=1) for crowd in crowds for member in crowd.members
        ]
        heads = Counter({member.room: member.last for crowd in crowds for member in crowd.members})
        return await _window(place, sizes, crowds, publishers, heads)


async def _window(
    place: Spread, sizes: Sizes, crowds: list[Swarm], publishers: list[Publisher], heads: Counter[str]
) -> Sample:
    saturated(publishers)
    await asyncio.sleep(sizes.warm_up)
    forget(publishers)
    before, paid, begin = acknowledged(publishers), place.costs(), time.monotonic()
    await asyncio.sleep(sizes.seconds)
    seconds, done = time.monotonic() - begin, acknowledged(publishers) - before
    costs = {f"{part}_us": (now - paid[part]) * 1e6 / done for part, now in place.costs().items()}
    acks = [second for publisher in publishers for second in publisher.seconds]
    await _all_there(crowds, publishers, heads)
    figures = {"seconds": seconds, "done": done, "per_second": done / seconds, **costs}
    return {**{name: round(value, 3) for name, value in figures.items()}, "ack": summary(acks)}


async def _all_there(crowds: list[Swarm], publishers: list[Publisher], heads: Counter[str]) -> None:
    """Whatever node a member is on, it got everything once and in order."""
    await finish(publishers)
    sent = Counter[str]()
    for publisher in publishers:
        sent[publisher.member.room] += publisher.sent
    ends = {room: head + sent[room] for room, head in heads.items()}

    def all_there() -> bool:
        for crowd in crowds:
            crowd.look()
        return all(member.last >= ends[member.room] for crowd in crowds for member in crowd.members)

    await until(all_there)
    for crowd in crowds:
        crowd.require_correct(ends, sent)
