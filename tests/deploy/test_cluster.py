from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import Api, join, set_up
from tests.servers.cluster import Cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    try:
        yield made.start()
    finally:
        made.stop()


async def test_a_killed_node_takes_nothing_with_it(cluster: Cluster) -> None:
    owner, workspace = await set_up(cluster.url)
    async with owner, await join(owner, workspace["id"], "ada") as ada:
        room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "x", "kind": "public"}))[
            "id"
        ]
        for number, node in enumerate(cluster.nodes):
            async with Api(node.url, owner.token) as there:
                said = await there.post(f"/rooms/{room}/messages", {"text": str(number)})
            assert said["seq"] == number + 2
        await ada.post(f"/rooms/{room}/join", expect=204)
        cluster.nodes[0].kill()
        for _ in cluster.nodes:
            assert len((await ada.get(f"/rooms/{room}/messages"))["items"]) == len(cluster.nodes)
