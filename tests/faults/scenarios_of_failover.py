"""Failovers: a replica of Valkey, and standbys of PostgreSQL, take over under load."""

import asyncio
from contextlib import suppress

import redis

from tests.faults.scenarios_of_backups import begin_anew, sign_in_again
from tests.faults.stage import Stage
from tests.servers.cluster import DATABASE
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey

# As docs/operate.md has it, for a database that came back by other means than `talkoot restore`.
DOCUMENTED = (
    "UPDATE logs SET epoch = gen_random_uuid()",
    "UPDATE sessions SET revoked_at = 1 WHERE revoked_at IS NULL",
    "DELETE FROM refresh_tokens",
)


async def redis_fails_over(stage: Stage) -> None:
    """The primary first only stops to write (READONLY), then stands still; then all come to its replica."""
    deployment = stage.deployment
    old, new = deployment.valkey, Valkey()
    assert old
    new.start()
    deployment.spares.append(new)
    _tell(new, "REPLICAOF", "127.0.0.1", str(old.port))

    async def follows() -> bool:
        return _said(new, "master_link_status") == "up"

    await stage.until("the replica follows", follows)
    await stage.load(20, seconds=0.5)
    _tell(new, "REPLICAOF", "NO", "ONE")
    _tell(old, "REPLICAOF", "127.0.0.1", str(new.port))  # and every connection to it stays open
    stage.injected("Valkey that takes no writes", _said(old, "role") == "slave")
    await stage.load(50, seconds=stage.seconds)
    old.pause()
    await stage.load(50, seconds=stage.seconds)
    for proxy in deployment.to_valkey:
        proxy.target = new.port
        proxy.reset_all()
    old.resume()

    async def came() -> bool:
        return int(_said(new, "connected_clients")) > 2 * len(deployment.nodes)

    await stage.until("all nodes came to the new primary", came, acknowledged=30)
    stage.injected("failover of Valkey", _said(new, "role") == "master")


async def to_a_synchronous_standby(stage: Stage) -> None:
    """The primary dies, and the standby that confirmed every commit takes over: nothing is lost."""
    primary = stage.deployment.postgres
    assert primary
    standby = await _standby(stage)
    primary.query("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.query("SELECT pg_reload_conf()")

    async def confirms() -> bool:
        return "sync" in primary.query("SELECT sync_state FROM pg_stat_replication").split()

    await stage.until("the standby confirms commits", confirms)
    await stage.load(50, seconds=stage.seconds)
    primary.kill()  # and it stays away: two that write are what a failover must prevent
    await stage.load(seconds=0.5)
    await _take_over(stage, standby)
    await stage.load(50)


async def to_a_standby_behind(stage: Stage) -> None:
    """The standby had not got the last commits: they are lost, and everybody is told by a new epoch."""
    deployment, recording = stage.deployment, stage.recording
    primary = deployment.postgres
    assert primary
    standby = await _standby(stage)
    await stage.load(30)
    reached = primary.query("SELECT pg_current_wal_lsn()")
    began = recording.now()

    async def has_all() -> bool:
        return standby.query(f"SELECT pg_last_wal_replay_lsn() >= '{reached}'") == "t"

    await stage.until("the standby has what was there before", has_all)
    standby.kill()  # one that is paused still has in its socket what was sent to it
    await stage.load(50, seconds=stage.seconds)
    deployment.supervised = False
    for node in deployment.nodes:
        node.kill()
    await asyncio.sleep(0.2)  # the clients hear of it
    primary.kill()
    standby.start()
    promised = {(e.room, e.data["cid"]) for e in recording.of("ack") if e.at >= began}
    begin_anew(stage, began)
    await _take_over(stage, standby)
    await _as_documented(stage, standby)
    rooms = (await stage.at_the_end()).rooms
    lost = promised - {(name, event["cid"]) for name, room in rooms.items() for event in room.events}
    stage.notes.append(
        f"{len(lost)} of {len(promised)} messages that were acknowledged after the standby fell behind were"
        " lost with the old primary; every room has a new epoch, and every client was told to begin anew"
    )
    stage.injected("acknowledged message that the standby had not got", len(lost))
    await stage.load(30)


async def _as_documented(stage: Stage, standby: Postgres) -> None:
    deployment = stage.deployment
    for statement in DOCUMENTED:
        standby.query(statement, DATABASE)
    assert deployment.valkey
    _tell(deployment.valkey, "FLUSHDB")
    for node in deployment.nodes:
        await deployment.bring_up(node)
    deployment.supervised = True
    await sign_in_again(stage)


async def _standby(stage: Stage) -> Postgres:
    standby = await asyncio.to_thread(lambda: Postgres(primary=stage.deployment.postgres))
    standby.start()
    stage.deployment.spares.append(standby)
    return standby


async def _take_over(stage: Stage, standby: Postgres) -> None:
    standby.query("SELECT pg_promote()")
    stage.injected("promotion of a standby", standby.query("SELECT pg_is_in_recovery()") == "f")
    for proxy in stage.deployment.to_postgres:
        proxy.target = standby.port
        proxy.reset_all()


def _tell(valkey: Valkey, *command: str) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        client.execute_command(*command)


def _said(valkey: Valkey, name: str) -> str:
    with redis.Redis.from_url(valkey.url) as client, suppress(redis.RedisError):
        return str(client.info().get(name, ""))
    return ""
