"""Faults of what the data stands on: disks of the embedded server, PostgreSQL of the cluster."""

import asyncio
import signal
import time

from talkoot.kernel.durability import NOT_ON_DISK
from tests.faults import disk
from tests.faults.proxy import is_commit
from tests.faults.recording import Entry
from tests.faults.stage import PATIENCE, Stage
from tests.servers.process import listens


async def power_cut(stage: Stage) -> None:
    """All that was not synchronised is lost, twice."""
    deployment = stage.deployment
    deployment.supervised = False  # what was there before the load is on the disk, whatever is broken
    await asyncio.to_thread(deployment.nodes[0].terminate)
    for kept in (deployment.root / "durable").glob("*-wal"):
        kept.unlink()
    await deployment.bring_up(deployment.nodes[0])
    deployment.supervised = True
    for _ in range(2):
        await stage.load(30, seconds=0.5)
        deployment.supervised = False
        deployment.nodes[0].kill()
        stage.injected("power cut", deployment.nodes[0].process.ended_with == -signal.SIGKILL)
        disk.cut_power(deployment.root)
        await deployment.bring_up(deployment.nodes[0])
        deployment.supervised = True
    await stage.load(20)


async def slow_disk(stage: Stage) -> None:
    """Each fsync takes half a second; the server goes on to answer what needs no disk."""
    order = stage.deployment.root / "orders" / "slow"
    order.touch()
    await stage.load(10)
    for _ in range(10):
        assert (await stage.insist("GET", "/users/me")).status_code == 200
    order.unlink()
    stage.injected("slow fsync", disk.done(stage.deployment.root, "slow"))
    await stage.load(20, seconds=0.5)


async def failing_disk(stage: Stage) -> None:
    """fsync fails, and the power is cut afterwards: the server ended, and what was acknowledged is there."""
    deployment = stage.deployment
    node, root = deployment.nodes[0], deployment.root
    for number in range(2):
        await stage.load(20, seconds=0.3)
        deployment.supervised = False
        (root / "orders" / "fail").touch()

        async def ended() -> bool:
            return not node.process.running

        await stage.until("the server ended", ended)
        assert node.process.ended_with == NOT_ON_DISK, node.process.ended_with
        stage.injected("failed fsync", disk.done(root, "fail") - number)
        await deployment.bring_up(node)
        deployment.supervised = True
        await stage.load(20, seconds=0.3)
        deployment.supervised = False
        node.kill()
        disk.cut_power(root)
        await deployment.bring_up(node)
        deployment.supervised = True
    await stage.load(20)


async def failing_disk_of_the_database(stage: Stage) -> None:
    """PostgreSQL panics when its fsync fails, and comes back by itself."""
    postgres, root = stage.deployment.postgres, stage.deployment.root
    assert postgres
    postgres.query("ALTER SYSTEM SET fsync = on")
    postgres.kill()
    postgres.more_environment = disk.shimmed(root)
    postgres.start()
    for number in range(2):
        await stage.load(20, seconds=0.3)
        (root / "orders" / "fail").touch()

        async def panicked(so_far: int = number) -> bool:
            return postgres.log.count("PANIC") > so_far

        await stage.until("PostgreSQL panicked", panicked)
        stage.injected("failed fsync of PostgreSQL", disk.done(root, "fail") - number)
    await stage.load(30)


async def full_disk(stage: Stage) -> None:
    """No space is left: refusals that may be retried, reading goes on, and nothing has to be restarted."""
    ballast = disk.fill(stage.deployment.root / "data")
    stage.injected("full disk", disk.free(stage.deployment.root / "data") < 4096)
    began = len(stage.recording.entries)
    end = time.monotonic() + PATIENCE
    refused: list[Entry] = []
    while not refused:
        assert time.monotonic() < end, "the full disk refused nothing"
        await asyncio.sleep(0.1)
        refused = [e for e in stage.recording.entries[began:] if e.kind == "nack"]
    assert {entry.data["code"] for entry in refused} == {"storage_full"}, refused[:3]
    assert (await stage.insist("GET", f"/rooms/{stage.rooms[0]}/messages")).status_code == 200
    ballast.unlink()
    await stage.load(50)


async def database_is_killed(stage: Stage) -> None:
    """kill -9 of PostgreSQL: sockets stay, sends are refused for now."""
    postgres = stage.deployment.postgres
    assert postgres
    for _ in range(2):
        await stage.load(30, seconds=0.5)
        postgres.kill()
        stage.injected("SIGKILL of PostgreSQL", not listens(postgres.port))
        await asyncio.sleep(stage.chance.random())
        postgres.start()
        await stage.load(20)


async def commits_are_not_answered(stage: Stage) -> None:
    """COMMIT has gone out and its answer does not come back, again and again."""
    for number in range(8):
        proxy = stage.deployment.to_postgres[number % len(stage.deployment.to_postgres)]
        before = proxy.cuts
        proxy.up.cut_when = is_commit
        async with asyncio.timeout(PATIENCE):
            while proxy.cuts == before:  # noqa: ASYNC110 - the next commit does it
                await asyncio.sleep(0.02)
        stage.injected("COMMIT without an answer", proxy.cuts - before)
        await stage.load(10, seconds=0.2)


async def database_hangs(stage: Stage) -> None:
    """One node's connections to PostgreSQL are open, and nothing comes back."""
    proxy = stage.deployment.to_postgres[0]
    proxy.hang()
    await stage.load(10, seconds=5)
    stage.injected("silent connection to PostgreSQL", proxy.held)
    proxy.heal()
    proxy.reset_all()
    await stage.load(30)


async def redis_is_killed(stage: Stage) -> None:
    """kill -9 of Valkey: sends are still acknowledged, and everything is delivered in the end."""
    valkey = stage.deployment.valkey
    assert valkey
    for _ in range(2):
        valkey.kill()
        stage.injected("SIGKILL of Valkey", not listens(valkey.port))
        await stage.load(50, seconds=1)
        valkey.start()
        await stage.load(30)


async def redis_hangs(stage: Stage) -> None:
    """One node does not hear Valkey; the other does."""
    proxy = stage.deployment.to_valkey[0]
    proxy.hang()
    await stage.load(50, seconds=3)
    stage.injected("silent connection to Valkey", proxy.held)
    proxy.heal()
    proxy.reset_all()
    await stage.load(30)


async def the_bus_is_bad(stage: Stage) -> None:
    """A tenth of what the bus carries is lost, to the end, and a tenth comes twice; the rest late, in jitter.

    Nobody comes back because a node is restarted: what is missing must be found while all stay connected.
    """
    await stage.deployment.set_failpoints("bus_drop_log:0.1,bus_double:0.1")
    for proxy in stage.deployment.to_valkey:
        proxy.down.jitter = 0.2
    await stage.load(300)
    for node in stage.deployment.nodes:
        stage.injected("node whose bus loses and doubles", "bus_drop_log:0.1" in node.log)
    stage.injected("piece of the bus delayed", sum(proxy.late for proxy in stage.deployment.to_valkey))
