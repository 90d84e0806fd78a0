"""Faults of what the data stands on: disks of the embedded server, PostgreSQL of the cluster."""

import asyncio
import time

from tests.faults import disk
from tests.faults.proxy import is_commit
from tests.faults.recording import Entry
from tests.faults.stage import PATIENCE, Stage


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
    await stage.load(20, seconds=0.5)


async def failing_disk(stage: Stage) -> None:
    """fsync fails once, and the power is cut afterwards: what was acknowledged is there."""
    orders = stage.deployment.root / "orders"
    for _ in range(3):
        (orders / "fail").touch()
        async with asyncio.timeout(PATIENCE):
            while (orders / "fail").exists():  # noqa: ASYNC110 - the disk removes it
                await asyncio.sleep(0.02)
        await stage.load(20, seconds=0.3)
    await power_cut(stage)


async def full_disk(stage: Stage) -> None:
    """No space is left: refusals that may be retried, reading goes on, and nothing has to be restarted."""
    ballast = disk.fill(stage.deployment.root / "data")
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
        await stage.load(10, seconds=0.2)


async def database_hangs(stage: Stage) -> None:
    """One node's connections to PostgreSQL are open, and nothing comes back."""
    proxy = stage.deployment.to_postgres[0]
    proxy.hang()
    await stage.load(10, seconds=5)
    proxy.heal()
    proxy.reset_all()
    await stage.load(30)


async def redis_is_killed(stage: Stage) -> None:
    """kill -9 of Valkey: sends are still acknowledged, and everything is delivered in the end."""
    valkey = stage.deployment.valkey
    assert valkey
    for _ in range(2):
        valkey.kill()
        await stage.load(50, seconds=1)
        valkey.start()
        await stage.load(30)


async def redis_hangs(stage: Stage) -> None:
    """One node does not hear Valkey; the other does."""
    proxy = stage.deployment.to_valkey[0]
    proxy.hang()
    await stage.load(50, seconds=3)
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
