"""The cluster that is measured, the people in it, and what each part of it costs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cluster.returning import Address
from bench.processes import cpu_seconds, resident_bytes
from bench.rest import rest
from bench.server import SETTINGS
from bench.swarm import Seat
from bench.world import Sizes, World, populate
from tests.servers.cluster import Cluster
from tests.servers.talkoot import Talkoot

NODES = 3


@dataclass(frozen=True)
class Spread:
    """A cluster that runs, and whoever is in it."""

    cluster: Cluster
    world: World

    @property
    def nodes(self) -> list[Talkoot]:
        """Its `talkoot serve`."""
        return self.cluster.nodes

    @property
    def addresses(self) -> list[Address]:
        """Where each node answers, past the balancer."""
        return [("127.0.0.1", node.port) for node in self.nodes]

    def seats(self, number: int) -> list[Seat]:
        """So many connections to rooms of ten; people take several of them."""
        people = len(self.world.tokens)
        per = people // len(self.world.small)
        numbers = [n % people for n in range(number)]
        return [Seat(self.world.tokens[n], self.world.small[n // per]) for n in numbers]

    def crowded(self, number: int) -> list[Seat]:
        """So many connections to one room."""
        tokens, room = self.world.tokens, self.world.wide[len(self.world.tokens)]
        return [Seat(tokens[n % len(tokens)], room) for n in range(number)]

    def costs(self) -> dict[str, float]:
        """CPU seconds that each part has taken until now."""
        return {
            "nodes": sum(cpu_seconds(node.process.pid) for node in self.nodes if node.process.running),
            "database": cpu_seconds(self.cluster.postgres.process.pid),
            "valkey": cpu_seconds(self.cluster.valkey.process.pid),
        }

    def resident(self) -> list[int]:
        """Bytes of each node that runs."""
        return [resident_bytes(node.process.pid) for node in self.nodes if node.process.running]


@asynccontextmanager
async def spread(folder: Path, sizes: Sizes) -> AsyncIterator[Spread]:
    """Start a cluster, and make everybody through its first node."""
    settings: dict[str, Any] = {
        name.removeprefix("TALKOOT_").lower(): value for name, value in SETTINGS.items()
    }
    cluster = Cluster(folder, nodes=NODES, **settings)
    try:
        cluster.start()
        async with rest("127.0.0.1", cluster.nodes[0].port) as api:
            world = await populate(api, sizes)
        yield Spread(cluster, world)
    finally:
        cluster.stop()
