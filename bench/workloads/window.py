"""A measured window of sending: start, warm up, measure, finish, and check that nothing is missing."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bench.latency import summary
from bench.meter import measure
from bench.publishing import Publisher, acknowledged, finish, forget
from bench.swarm import Swarm
from bench.world import Sizes


class Load:
    """Publishers among the members of a swarm; what each room's log must be is known from the start."""

    def __init__(
        self,
        pid: int,
        crowd: Swarm,
        publishers: Sequence[Publisher],
        sizes: Sizes,
        database: int | None = None,
    ) -> None:
        self.crowd = crowd
        self.publishers = publishers
        self._pid, self._database = pid, database
        self._sizes = sizes
        crowd.look()
        self._heads = Counter({member.room: member.last for member in crowd.members})

    async def window(
        self, start: Callable[[Sequence[Publisher]], None], count: Callable[[], int] | None = None
    ) -> dict[str, Any]:
        """One sample; what is counted is deliveries, if nothing else is said."""
        self.crowd.beat()
        start(self.publishers)
        await asyncio.sleep(self._sizes.warm_up)
        forget(self.publishers)
        self.crowd.sample(on=True)
        before = acknowledged(self.publishers)
        counted = count or (lambda: self.crowd.delivered)
        sample = await measure(self._pid, counted, self._sizes.seconds, self._database)
        self.crowd.sample(on=False)
        sends = acknowledged(self.publishers) - before
        acks = list(itertools.chain.from_iterable(publisher.seconds for publisher in self.publishers))
        await self.finish()
        return {
            **sample,
            "sends_per_second": round(sends / sample["seconds"], 1),
            "skipped": sum(publisher.skipped for publisher in self.publishers),
            "latency": summary(self.crowd.samples()),
            "ack": summary(acks),
        }

    async def finish(self) -> None:
        """Wait for the last answers and deliveries; raises unless every member got everything once."""
        await finish(self.publishers)
        sent: Counter[str] = Counter()
        for publisher in self.publishers:
            sent[publisher.member.room] += publisher.sent
        heads = {room: head + sent[room] for room, head in self._heads.items()}
        await self.crowd.settled(heads)
        self.crowd.require_correct(heads, sent)
