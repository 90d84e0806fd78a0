"""One client in twenty stops reading: what the others notice of it, and what it costs in memory."""

import asyncio
import socket
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from bench.cluster.place import Spread
from bench.member import Member
from bench.publishing import Publisher, paced, talkoot_encoder
from bench.swarm import Swarm, swarm
from bench.workloads.fanout import spread
from bench.workloads.window import Load
from bench.world import Sizes

MEMBERS = 1000
STALLED = 0.05
RATE = 300.0  # messages a second to everybody: the kernel's buffers are full in a second, ours in nine more
RECEIVED = 4096  # bytes that the kernel takes for somebody who does not read
Sample = dict[str, Any]


class Slow(Member):
    """The kernel keeps little for it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)
        super().connection_made(transport)


async def stalled(place: Spread, sizes: Sizes, members: int = MEMBERS) -> list[Sample]:
    """On the first node: latency and memory before, while 5% stand still, and after they were sent away."""
    return [
        sample for repeat in range(sizes.repeats) for sample in await _once(place, sizes, members, repeat)
    ]


async def _once(place: Spread, sizes: Sizes, members: int, repeat: int) -> list[Sample]:
    seats, node = place.crowded(members), place.nodes[0]
    still = max(1, round(members * STALLED))
    async with AsyncExitStack() as stack:
        crowd = await stack.enter_async_context(swarm(*place.addresses[0], seats[still:]))
        slow = Swarm(*place.addresses[0], Slow)
        stack.callback(slow.close)
        await slow.connect(seats[:still])
        publishers = [Publisher(member, talkoot_encoder()) for member in spread(crowd, sizes.publishers)]
        load = Load(node.process.pid, crowd, publishers, sizes)
        samples = []
        for case in ("all read", "5% stand still", "all read again"):
            if case == "5% stand still":
                for member in slow.members:
                    member.transport.pause_reading()
            elif case == "all read again":
                slow.close()
            sample = await load.window(partial(paced, rate=RATE))
            figures = {"members": members, "stalled": still, "resident_bytes": place.resident()[0]}
            samples.append({"case": case, "repeat": repeat, **figures, **sample})
        return samples
