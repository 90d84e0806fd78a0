"""The same people and rooms, fewer of them, on PostgreSQL."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.server import Server
from bench.world import Bench, Place, fewer, make_world
from tests.servers.postgres import Postgres


@dataclass(frozen=True)
class OnPostgresql:
    """A database with everybody in it, to copy from."""

    bench: Bench
    cluster: Postgres
    template: str

    @classmethod
    async def make(cls, bench: Bench, cluster: Postgres) -> "OnPostgresql":
        """Let a server make them over the API."""
        template = cluster.create_database()
        sizes = dataclasses.replace(fewer(bench.sizes, bench.sizes.postgresql), fanouts=())
        world = await make_world(bench.folder / "beside", sizes, cluster.url(template))
        return cls(dataclasses.replace(bench, sizes=sizes, world=world), cluster, template)

    @contextmanager
    def server(self) -> Iterator[Place]:
        """A fresh server on a copy of it."""
        url = self.cluster.url(self.cluster.create_database(self.template))
        with Server(self.bench.folder / "beside", database_url=url) as server:
            database = self.cluster.process.pid
            yield Place(server.host, server.port, server.pid, self.bench.world, database)
