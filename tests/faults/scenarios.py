"""The faults, each as a small scenario; they are named as in the table of docs/proof/README.md."""

import asyncio
import signal
from pathlib import Path

from tests.faults import disk
from tests.faults import scenarios_of_access as access
from tests.faults import scenarios_of_backups as backups
from tests.faults import scenarios_of_clients as clients
from tests.faults import scenarios_of_failover as failover
from tests.faults import scenarios_of_inputs as inputs
from tests.faults import scenarios_of_partitions as partitions
from tests.faults import scenarios_of_storage as storage
from tests.faults import scenarios_of_work as work
from tests.faults.play import CLUSTER, EMBEDDED, Scenario
from tests.faults.stage import PATIENCE, Stage


async def nothing(stage: Stage) -> None:
    """No fault at all: what the load is without one."""
    await stage.load(100)


async def dies_after_commit(stage: Stage) -> None:
    """A node kills itself between commit and publication, again and again."""
    await _dies(stage, "after_commit:0.03", acknowledged=round(10 + 25 * stage.seconds))


async def dies_before_ack(stage: Stage) -> None:
    """A node publishes, and kills itself before it answers."""
    await _dies(stage, "before_ack:0.03", acknowledged=round(10 + 45 * stage.seconds))


async def _dies(stage: Stage, failpoint: str, acknowledged: int) -> None:
    deployment = stage.deployment
    await deployment.set_failpoints(failpoint)
    before = deployment.deaths

    async def died() -> bool:
        return deployment.deaths > before

    await stage.until("a node died by itself", died, acknowledged)
    stage.injected("SIGKILL of a node by itself", deployment.deaths - before)
    await deployment.set_failpoints("")


async def is_killed(stage: Stage) -> None:
    """kill -9 from outside, at random moments."""
    for _ in range(3):
        await stage.load(20, seconds=stage.chance.random() * stage.seconds)
        node = stage.chance.choice(stage.deployment.nodes)
        node.kill()
        stage.injected("SIGKILL of a node", node.process.ended_with == -signal.SIGKILL)
    await stage.load(30)


async def clients_are_cut(stage: Stage) -> None:
    """Connections are reset after some bytes: between a message and its answer too."""
    for _ in range(10):
        for proxy in stage.deployment.to_nodes:
            way = stage.chance.choice((proxy.up, proxy.down))
            way.cut_after = way.handed + stage.chance.randrange(2000, 20000)
        await stage.load(10, seconds=0.1)
    stage.injected("connection cut", sum(proxy.cuts for proxy in stage.deployment.to_nodes))


async def flapping(stage: Stage) -> None:
    """All connections are reset again and again, and everybody comes back at once."""
    for _ in range(15):
        for proxy in stage.deployment.to_nodes:
            proxy.reset_all()
        await stage.load(5, seconds=0.1)
    stage.injected("connection reset", sum(proxy.resets for proxy in stage.deployment.to_nodes))


async def a_bad_line(stage: Stage) -> None:
    """Delay, jitter, one byte at a time, and requests that arrive a second time, late."""
    for proxy in stage.deployment.to_nodes:
        proxy.up.delay, proxy.up.jitter = 0.002, 0.03
        proxy.down.jitter = 0.03
        proxy.down.slice = 200
        proxy.up.replay = lambda data: data.startswith(b"POST /api/v1/rooms/") and data.endswith(b"}")

    async def replayed() -> bool:
        return any(proxy.replayed for proxy in stage.deployment.to_nodes)

    await stage.until("a request was replayed", replayed, acknowledged=150)
    stage.injected("request replayed", sum(proxy.replayed for proxy in stage.deployment.to_nodes))
    stage.injected("piece delayed", sum(proxy.late for proxy in stage.deployment.to_nodes))


async def stands_still(stage: Stage) -> None:
    """SIGSTOP for a while: nobody may be sent away for it."""
    node = stage.chance.choice(stage.deployment.nodes)
    node.pause()
    async with asyncio.timeout(PATIENCE):
        while _state(node.process.pid) != "T":  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    stage.injected("node stopped")
    await asyncio.sleep(min(5.0, 2 * stage.seconds))
    node.resume()
    await stage.load(50)


async def rolling_restart(stage: Stage) -> None:
    """Every node is stopped politely and started again, one after the other."""
    deployment = stage.deployment
    deployment.supervised = False
    for node in deployment.nodes:
        code = await asyncio.to_thread(node.terminate)
        assert code == 0, f"a polite end is told by 0, not by {code}"
        stage.injected("node restarted", node.process.ended_with == 0)
        await deployment.bring_up(node)
        await stage.load(20, seconds=0.5)
    deployment.supervised = True


def _state(pid: int) -> str:
    """The letter that the system gives a process: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


SCENARIOS = (
    Scenario("F0", "nothing", nothing, harmless=True),
    Scenario("F1a", "kill -9 between commit and publication", dies_after_commit, short=EMBEDDED),
    Scenario("F1b", "kill -9 between publication and acknowledgement", dies_before_ack),
    Scenario("F1c", "kill -9 at random moments", is_killed),
    Scenario("F2", "workers that die in the middle of jobs", work.workers_die, on=CLUSTER),
    Scenario("F3", "kill -9 of Valkey", storage.redis_is_killed, on=CLUSTER, short=CLUSTER),
    Scenario(
        "F4",
        "Valkey fails over to its replica",
        failover.redis_fails_over,
        on=CLUSTER,
    ),
    Scenario("F5", "kill -9 of PostgreSQL", storage.database_is_killed, on=CLUSTER),
    Scenario(
        "F6a",
        "PostgreSQL fails over to a synchronous standby",
        failover.to_a_synchronous_standby,
        on=CLUSTER,
    ),
    Scenario(
        "F6b",
        "PostgreSQL fails over to a standby that lacks the last commits",
        failover.to_a_standby_behind,
        on=CLUSTER,
    ),
    Scenario("F7a", "connections of clients cut after some bytes", clients_are_cut),
    Scenario("F7b", "COMMIT sent, its answer lost", storage.commits_are_not_answered, on=CLUSTER),
    Scenario("F8a", "one node does not reach Valkey, and is not told so", storage.redis_hangs, on=CLUSTER),
    Scenario("F8b", "one node is parted from Valkey", partitions.from_redis, on=CLUSTER, apart=True),
    Scenario(
        "F8c", "one node is parted from PostgreSQL", partitions.from_the_database, on=CLUSTER, apart=True
    ),
    Scenario("F8d", "one node is parted from its clients", partitions.from_clients, apart=True),
    Scenario("F9", "a full disk", storage.full_disk, on=EMBEDDED, prepare=disk.small),
    Scenario("F10", "every fsync takes 0.5 s", storage.slow_disk, on=EMBEDDED, environment=disk.shimmed),
    Scenario("F11a", "fsync of SQLite fails", storage.failing_disk, on=EMBEDDED, environment=disk.shimmed),
    Scenario("F11b", "fsync of PostgreSQL fails", storage.failing_disk_of_the_database, on=CLUSTER),
    Scenario(
        "F12",
        "power cuts: what was not synchronised is lost",
        storage.power_cut,
        on=EMBEDDED,
        environment=disk.shimmed,
    ),
    Scenario("F13", "clocks jump", clients.clock_jumps, on=EMBEDDED, environment=disk.shimmed),
    Scenario("F14a", "connections to PostgreSQL half open", storage.database_hangs, on=CLUSTER),
    Scenario("F14b", "a client that is gone without a word", clients.gone_without_a_word),
    Scenario("F15", "clients that read nothing, or very slowly", clients.slow_readers),
    Scenario("F16", "all connections reset, many times", flapping),
    Scenario(
        "F17", "bytes delayed and sliced, requests replayed, two devices at once", a_bad_line, short=EMBEDDED
    ),
    Scenario(
        "F18",
        "the bus loses, doubles and delays",
        storage.the_bus_is_bad,
        on=CLUSTER,
        settings={"check_seconds": "1"},
    ),
    Scenario("F19", "malformed frames", clients.malformed_frames),
    Scenario("F20", "inputs that make no sense", inputs.bad_inputs),
    Scenario("F21", "nodes restarted politely, one after the other", rolling_restart),
    Scenario("F22a", "access taken and given under load", access.access_changes, short=CLUSTER),
    Scenario("F22b", "the same, and no node hears of it", access.access_changes_unheard, on=CLUSTER),
    Scenario("F22c", "sessions ended from elsewhere", access.sessions_end),
    Scenario("F23", "a backup comes back", backups.restored, on=EMBEDDED),
    Scenario("F24", "a node stands still (SIGSTOP)", stands_still),
)
