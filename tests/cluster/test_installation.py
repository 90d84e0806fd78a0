"""What the servers of one installation share, and others do not: its name in Redis, and its secret key."""

from __future__ import annotations

import asyncio

import redis

from talkoot.kernel.redis import names_of
from tests.clients import set_up
from tests.cluster.conftest import SECRET
from tests.conftest import Serve
from tests.job_rows import rows
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey

OTHER = "quite another key, of another server"


async def test_servers_with_another_key_are_refused_until_it_is_changed_for_all(
    serve: Serve, valkey: Valkey
) -> None:
    node = serve("postgresql", redis_url=valkey.url, secret_key=SECRET)
    url = node.environment["TALKOOT_DATABASE_URL"]
    stranger = Talkoot(
        node.data.with_name("stranger"), database_url=url, redis_url=valkey.url, secret_key=OTHER
    )
    commands = [("serve", "--port", "0"), ("worker", "--worker-port", "0"), ("doctor",)]
    refused = await asyncio.gather(*(asyncio.to_thread(stranger.run, *command) for command in commands))
    said = [done.stdout + done.stderr for done in refused]
    assert [done.returncode for done in refused] == [2, 2, 1], said
    assert all("secret key is not the one of the database" in words for words in said)
    assert "fail  key" in said[2]
    assert not any(key in words for key in (SECRET, OTHER) for words in said)
    node.terminate()
    changed = await asyncio.to_thread(stranger.run, "rekey")
    assert changed.returncode == 0, changed.stderr
    node.environment["TALKOOT_SECRET_KEY"] = OTHER
    owner, _ = await set_up(node.start().url)
    async with owner:
        await owner.post("/ws-ticket", expect=200)
    ((name,),) = await rows(node, "SELECT name FROM incarnation")
    with redis.Redis.from_url(valkey.url) as client:
        assert client.keys(f"{names_of(name)}*")
        assert client.execute_command("PUBSUB", "SHARDCHANNELS", f"{names_of(name)}*")
        assert {*client.keys("talkoot:*")} >= {*client.keys(f"{names_of(name)}*")}
