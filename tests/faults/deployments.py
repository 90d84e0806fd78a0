"""Where a scenario takes place: the embedded default, or a whole cluster."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from tests.faults.proxy import Proxy
from tests.servers.cluster import DATABASE, Cluster
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

    def __init__(self, name: Name, root: Path) -> None:
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
        self._cluster: Cluster | None = None
        self._supervisor: asyncio.Task[None] | None = None

    async def start(self, environment: dict[str, str] | None = None, **settings: str) -> None:
        """Start everything; `environment` is the nodes' beside their settings."""
        if self.name == "embedded":
            self.nodes = [Talkoot(self.root / "data", **settings)]
        else:
            await self._prepare_cluster(settings)
        for node in self.nodes:
            node.environment.update(environment or {})
            await self.bring_up(node)
        for node in self.nodes:
            self.to_nodes.append(await Proxy.before(node.port))
        self._supervisor = asyncio.create_task(self._supervise())

    def urls(self) -> Sequence[str]:
        """Where clients go."""
        return [f"http://127.0.0.1:{proxy.port}" for proxy in self.to_nodes]

    @property
    def proxies(self) -> list[Proxy]:
        """All of them."""
        return [*self.to_nodes, *self.to_postgres, *self.to_valkey, *self.others]

    async def bring_up(self, node: Talkoot) -> None:
        """Start a node, again if need be; it may be one that kills itself."""
        for _ in range(20):
            node.launch()
            with suppress(ServerUnavailableError):
                await asyncio.to_thread(node.wait)
                return
        raise ServerUnavailableError(node.log[-4000:])

    async def set_failpoints(self, wanted: str) -> None:
        """Restart the nodes, one after the other, with other failpoints; none at all if empty."""
        self.supervised = False
        for node in self.nodes:
            node.environment.pop("TALKOOT_FAIL", None)
            if wanted:
                node.environment["TALKOOT_FAIL"] = wanted
            if node.process.running:
                node.kill()
            await self.bring_up(node)
        self.supervised = True

    async def stop(self) -> None:
        """Stop everything."""
        if self._supervisor:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        for proxy in self.proxies:
            await proxy.close()
        for node in self.nodes:
            if node.process.running:
                node.resume()
                node.kill()  # its end is no part of the proof
            node.stop()
        if self._cluster:
            await asyncio.to_thread(self._cluster.stop)

    async def _prepare_cluster(self, settings: dict[str, str]) -> None:
        cluster = self._cluster = Cluster(self.root, nodes=NODES)
        own = {f"TALKOOT_{name.upper()}": value for name, value in settings.items()}
        self.postgres, self.valkey, self.nodes = cluster.postgres, cluster.valkey, cluster.nodes
        self.valkey.start()
        self.postgres.start()
        self.postgres.query(f"CREATE DATABASE {DATABASE}")
        await asyncio.to_thread(self.nodes[0].run, "migrate")
        for node in self.nodes:
            node.environment.update(own)
            database, redis = await Proxy.before(self.postgres.port), await Proxy.before(self.valkey.port)
            self.to_postgres.append(database)
            self.to_valkey.append(redis)
            for name, port, proxy in (
                ("TALKOOT_DATABASE_URL", self.postgres.port, database),
                ("TALKOOT_REDIS_URL", self.valkey.port, redis),
            ):
                node.environment[name] = node.environment[name].replace(f":{port}/", f":{proxy.port}/")

    async def _supervise(self) -> None:
        """Start again what has ended, as systemd does."""
        while True:
            await asyncio.sleep(0.05)
            for node in self.nodes:
                if self.supervised and not node.process.running:
                    await self.bring_up(node)
