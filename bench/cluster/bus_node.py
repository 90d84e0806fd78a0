"""One node's bus and nothing else: `python -m bench.cluster.bus_node URL MESSAGES RATE AT_ONCE`.

With a RATE of 0 it only listens. It begins when it is told to, and prints what a message cost that it heard,
its own too; what the same would cost without other nodes, its clock above all, is taken off.
"""

import asyncio
import json
import sys
import time
from uuid import uuid4

import uvloop

from talkoot.realtime.bus import Bus, MemoryBus, Message
from talkoot.realtime.redis_bus import RedisBus

FRAME = bytes(460)  # a message of 200 characters as everybody gets it
ROOMS = 100
BY_HEART = 100  # messages before it counts
ALONE = 0.5  # seconds for what is taken off


class Heard:
    """Counts, and looks at the clock of this process twice."""

    def __init__(self, messages: int) -> None:
        self.count = 0
        self.wanted = messages
        self.cpu = [0.0, 0.0]
        self.all = asyncio.Event()

    def __call__(self, _message: Message) -> None:
        """One more."""
        self.count += 1
        if self.count == BY_HEART:
            self.cpu[0] = time.process_time()
        elif self.count == self.wanted:
            self.cpu[1] = time.process_time()
            self.all.set()

    def each(self) -> float:
        """Seconds of CPU for one."""
        return (self.cpu[1] - self.cpu[0]) / (self.wanted - BY_HEART)


async def main(url: str, messages: int, rate: float, at_once: int) -> None:
    """Publish so many messages, each to another room than the one before; or hear them."""
    bus, heard = RedisBus(url, "bench:", bytes(32)), Heard(messages)
    bus.listen(heard)
    await bus.start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    if rate:
        await _publish(bus, messages, rate, at_once)
    await heard.all.wait()
    await bus.close()
    cpu = heard.each() - (await _alone(rate, at_once) if rate else 0.0)
    print(json.dumps({"cpu_us": round(cpu * 1e6, 2), "missed": bus.missed}))


async def _alone(rate: float, at_once: int) -> float:
    """What a message costs where there is one node only."""
    messages = BY_HEART + round(rate * ALONE)
    bus, heard = MemoryBus(), Heard(messages)
    bus.listen(heard)
    await _publish(bus, messages, rate, at_once)
    return heard.each()


async def _publish(bus: Bus, messages: int, rate: float, at_once: int) -> None:
    rooms, loop = [uuid4() for _ in range(ROOMS)], asyncio.get_running_loop()
    begin = loop.time()
    for number in range(0, messages, at_once):
        await asyncio.sleep(begin + number / rate - loop.time())
        for seq in range(number, number + at_once):
            bus.publish(Message("log", rooms[seq % ROOMS], FRAME, seq=seq, count=seq))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
