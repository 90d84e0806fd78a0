"""Several servers on one PostgreSQL and one Valkey whose bus loses what a test says, and one server alone.

`nodes` are three addresses of one installation: the same tests hold for three servers and for one.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.clients import Api, Socket, set_up
from tests.servers.molds import with_tables
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey
from tests.workspaces import Workspace

SECRET = "one key for all the servers of this installation"
_numbers = itertools.count(1)

Start = Callable[..., list[Talkoot]]


class Installation(Workspace):
    """A workspace on several servers; `owners` are the owner's clients, one for each server."""

    def __init__(self, owners: Sequence[Api], made: dict[str, str]) -> None:
        super().__init__(owners[0], made)
        self.owners = owners

    def at(self, person: Api, node: int) -> Api:
        """The same person, with the same session, at another server."""
        there = Api(self.owners[node].url, person.token, person.user)
        self._open.append(there)
        return there

    async def socket_at(self, node: int, person: Api, *rooms: str) -> Socket:
        """A socket of that person at a server, subscribed to the rooms."""
        return await self.socket(self.at(person, node), *rooms)


@pytest.fixture(scope="session")
def start_nodes(
    postgres: Postgres, valkey: Valkey, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Start]:
    started: list[Talkoot] = []

    def start(count: int, **settings: str) -> list[Talkoot]:
        number = next(_numbers)
        database = postgres.create_database(template=migrated)
        postgres.query(f"ALTER DATABASE {database} SET log_statement = 'all'")
        shared = {
            "database_url": postgres.url(database),
            "redis_url": f"{valkey.url.removesuffix('/0')}/{number}",
            "secret_key": SECRET,
            "search": "off",
            **settings,
        }
        root = tmp_path_factory.mktemp("nodes")
        nodes = [Talkoot(root / f"node{n}", **shared) for n in range(count)]
        for node in nodes:
            node.launch()
        started.extend(nodes)
        return [node.wait() for node in nodes]

    yield start
    for node in started:
        node.stop()


async def installed(nodes: Sequence[Talkoot]) -> AsyncIterator[Installation]:
    """A workspace on fresh nodes."""
    owner, workspace = await set_up(nodes[0].url)
    async with AsyncExitStack() as stack:
        owners = [await stack.enter_async_context(Api(node.url, owner.token, owner.user)) for node in nodes]
        yield await stack.enter_async_context(Installation(owners, workspace))
        await owner.close()


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Talkoot]]:
    """One server on SQLite, three times: its bus loses nothing."""
    server = with_tables(Talkoot(tmp_path_factory.mktemp("alone") / "data", search="off")).start()
    yield [server] * 3
    server.stop()


@pytest.fixture(scope="session")
def lossy_nodes(start_nodes: Start) -> list[Talkoot]:
    """Nodes that hear nothing of access and sessions from each other, and of logs not all, or twice."""
    return start_nodes(3, fail="bus_drop_control:1.0,bus_drop_log:0.3,bus_double:0.3", check_seconds="1")


@pytest.fixture(scope="session")
def deaf_nodes(start_nodes: Start) -> list[Talkoot]:
    """Nodes that hear nothing at all from each other."""
    deaf = {"fail": "bus_drop_log:1.0,bus_drop_control:1.0", "check_seconds": "1"}
    return start_nodes(2, **deaf, max_connections_per_user="400")


@pytest_asyncio.fixture(scope="session")
async def installation_alone(alone: list[Talkoot]) -> AsyncIterator[Installation]:
    async for made in installed(alone):
        yield made


@pytest_asyncio.fixture(scope="session")
async def installation_lossy(lossy_nodes: list[Talkoot]) -> AsyncIterator[Installation]:
    async for made in installed(lossy_nodes):
        yield made


@pytest_asyncio.fixture(scope="session")
async def deaf(deaf_nodes: list[Talkoot]) -> AsyncIterator[Installation]:
    async for made in installed(deaf_nodes):
        yield made


@pytest.fixture(params=["alone", "lossy"])
def lossy(request: pytest.FixtureRequest) -> Installation:
    found: Installation = request.getfixturevalue(f"installation_{request.param}")
    return found
