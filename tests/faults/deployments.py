"""Where a scenario takes place: the embedded default, or a whole cluster."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from tests.faults.partition import Partition
from tests.faults.proxy import HERE, Proxy
from tests.servers.cluster import Cluster, stop
from tests.servers.molds import with_tables
from tests.servers.postgres import Postgres
from tests.servers.process import ServerUnavailableError
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey

Name = Literal["embedded", "cluster"]
NODES = 2


class Deployment:
    """Nodes that clients may go to, and what they stand on; what is not there is None.

    The nodes reach PostgreSQL and Valkey through proxies that can be told to misbehave, and clients can go
    to the nodes through others.
    """

    def __init__(self, name: Name, root: Path, *, apart: bool = False) -> None:
        self.name = name
        self.root = root
        self.nodes: list[Talkoot] = []
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.to_postgres: list[Proxy] = []
        self.to_valkey: list[Proxy] = []
        self.to_nodes: list[Proxy] = []
        self.others: list[Proxy] = []  # a scenario's own
        self.supervised = True
        self.deaths = 0  # of nodes that ended by SIGKILL and were started again by the supervisor
        self.apart = apart
        self.spares: list[Valkey | Postgres] = []  # a scenario's own; stopped at the end
        self.partition: Partition | None = None
        self._cluster: Cluster | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def start(self, environment: dict[str, str] | None = None, **settings: str) -> None:
        """Start everything; `environment` is the nodes' beside their settings."""
        if self.apart:
            self.partition = Partition.made()
        if self.name == "embedded":
            self.nodes = [Talkoot(self.root / "data", **settings)]
            if not environment:  # neither another program nor another disk
                with_tables(self.nodes[-1])
            if self.partition:
                self.partition.put(self.nodes[-1])
        else:
            await self._prepare_cluster(settings)
        for node in self.nodes:
            node.environment.update(environment or {})
            await self.bring_up(node)
        for node in self.nodes:
            host = node.url.split("/")[2].partition(":")[0]
            self.to_nodes.append(await Proxy.before(node.port, target=host))
        self._supervisor = asyncio.create_task(self._supervise())

    def urls(self) -> Sequence[str]:
        """Where clients go."""
        return [f"http://127.0.0.1:{proxy.port}" for proxy in self.to_nodes]

    @property
    def proxies(self) -> list[Proxy]:
        """All of them."""
        return [*self.to_nodes, *self.to_postgres, *self.to_valkey, *self.others]

    async def bring_up(self, node: Talkoot) -> None:
        """Start a node that does not run, again if need be; it may be one that kills itself."""
        async with self._starting:
            if not (node.started and node.process.running):
                await self._start(node)

    async def _start(self, node: Talkoot) -> None:
        for _ in range(20):
            node.launch()
            with suppress(ServerUnavailableError):
                await asyncio.to_thread(node.wait)
                return
            self.deaths += node.process.ended_with == -signal.SIGKILL
        raise ServerUnavailableError(node.log[-4000:])

    async def set_failpoints(self, wanted: str) -> None:
        """Restart the nodes, one after the other, with other failpoints; none at all if empty."""
        self.supervised = False
        for node in self.nodes:
            async with self._starting:  # the supervisor may just be about to
                node.environment.pop("TALKOOT_FAIL", None)
                if wanted:
                    node.environment["TALKOOT_FAIL"] = wanted
                if node.process.running:
                    node.kill()
                await self._start(node)
        self.supervised = True

    async def stop(self) -> None:
        """Stop everything."""
        if self._supervisor:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        for proxy in self.proxies:
            await proxy.close()
        for node in self.nodes:
            if node.started and node.process.running:
                node.resume()
                node.kill()  # its end is no part of the proof
            node.stop()
        for spare in self.spares:
            await asyncio.to_thread(stop, spare)
        if self._cluster:
            await asyncio.to_thread(self._cluster.stop)
        if self.partition:
            self.partition.end()

    async def _prepare_cluster(self, settings: dict[str, str]) -> None:
        cluster = self._cluster = Cluster(self.root, nodes=NODES, copied=True)
        own = {f"TALKOOT_{name.upper()}": value for name, value in settings.items()}
        self.postgres, self.valkey, self.nodes = cluster.postgres, cluster.valkey, cluster.nodes
        self.valkey.start()
        self.postgres.start()
        cluster.make_tables()
        for node in self.nodes:
            node.environment.update(own)
            at = HERE
            if self.partition and node is self.nodes[-1]:
                self.partition.put(node)
                at = self.partition.host
            database = await Proxy.before(self.postgres.port, at=at)
            redis = await Proxy.before(self.valkey.port, at=at)
            self.to_postgres.append(database)
            self.to_valkey.append(redis)
            for name, port, proxy in (
                ("TALKOOT_DATABASE_URL", self.postgres.port, database),
                ("TALKOOT_REDIS_URL", self.valkey.port, redis),
            ):
                url = node.environment[name].replace(f":{port}/", f":{proxy.port}/")
                node.environment[name] = url.replace(HERE, at)

    async def _supervise(self) -> None:
        """Start again what has ended, as systemd does."""
        while True:
            await asyncio.sleep(0.05)
            for node in self.nodes:
                if self.supervised and not node.process.running:
                    self.deaths += node.process.ended_with == -signal.SIGKILL
                    await self.bring_up(node)
