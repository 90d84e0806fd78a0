"""A node lives in a network namespace, whose firewall drops packets: in both directions, and in one."""

import httpx2

from tests.faults.partition import Partition
from tests.faults.stage import Stage
from tests.servers.talkoot import Talkoot

BOTH, DEAF, DUMB = (True, True), (False, True), (True, False)  # what is dropped of what it says, and hears


async def from_redis(stage: Stage) -> None:
    """The node goes on without Valkey; what it says may arrive while the answer does not."""
    _, partition = _apart(stage)
    for said, heard in (BOTH, DEAF, DUMB):
        partition.drop(stage.deployment.to_valkey[-1].port, said=said, heard=heard)
        await stage.load(50, seconds=2 * stage.seconds)
        _healed(stage, partition, "Valkey")
        await stage.load(30)


async def from_the_database(stage: Stage) -> None:
    """The node acknowledges nothing, says that it is not ready, and comes back by itself."""
    node, partition = _apart(stage)
    for said, heard in (BOTH, DEAF):
        partition.drop(stage.deployment.to_postgres[-1].port, said=said, heard=heard)

        async def unready() -> bool:
            return await _readiness(node) != 200

        await stage.until("the node says that it is not ready", unready, acknowledged=30)
        _healed(stage, partition, "PostgreSQL")

        async def ready() -> bool:
            return await _readiness(node) == 200

        await stage.until("the node is ready again", ready, acknowledged=30)


async def from_clients(stage: Stage) -> None:
    """The node's clients hear nothing, or are not heard, and nobody tells either side."""
    node, partition = _apart(stage)
    for said, heard in (BOTH, DUMB, DEAF):
        partition.drop(node.port, said=said, heard=heard)
        await stage.load(seconds=2 * stage.seconds)
        _healed(stage, partition, "clients")
        await stage.load(30)


def _apart(stage: Stage) -> tuple[Talkoot, Partition]:
    partition = stage.deployment.partition
    assert partition
    return stage.deployment.nodes[-1], partition


def _healed(stage: Stage, partition: Partition, whom: str) -> None:
    before = partition.dropped
    partition.heal()
    stage.injected(f"packet between a node and {whom} dropped", partition.dropped - before)


async def _readiness(node: Talkoot) -> int:
    async with httpx2.AsyncClient(timeout=5) as nobody:
        try:
            return (await nobody.get(f"{node.url}/readyz")).status_code
        except httpx2.HTTPError:
            return 0
