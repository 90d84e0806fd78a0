"""`cluster`: one for all tests here that run in one process; whoever kills a part of it starts it again."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.clients import Api, join, set_up
from tests.servers.cluster import Cluster


@dataclass
class People:
    """Two people with a room of their own, who come through the balancer."""

    ada: Api
    ben: Api
    workspace: str
    room: str


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest_asyncio.fixture(scope="session")
async def people(cluster: Cluster) -> AsyncIterator[People]:
    ada, workspace = await set_up(cluster.url, "ada")
    async with ada, await join(ada, workspace["id"], "ben") as ben:
        wanted = {"name": "both", "kind": "public"}
        room = (await ada.post(f"/workspaces/{workspace['id']}/rooms", wanted))["id"]
        await ben.post(f"/rooms/{room}/join", expect=204)
        yield People(ada, ben, workspace["id"], room)
