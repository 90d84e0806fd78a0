import asyncio
import json
import socket
from pathlib import Path

from tests.servers.cluster import Cluster
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey

PATIENCE = 60


async def findings(talkoot: Talkoot, *flags: str) -> tuple[int, dict[tuple[str, str], str]]:
    """The exit code, and what was said of each part at each level."""
    done = await asyncio.to_thread(talkoot.run, "doctor", "--json", "--rate-limits", "on", *flags)
    listed = json.loads(done.stdout)
    assert all(set(finding) == {"level", "about", "said"} for finding in listed), done.stdout
    return done.returncode, {(finding["about"], finding["level"]): finding["said"] for finding in listed}


async def test_the_doctor_finds_a_whole_cluster_well(cluster: Cluster) -> None:
    node = cluster.nodes[0]
    port = ("--port", str(node.port))
    async with asyncio.timeout(PATIENCE):  # until the worker has made the index
        while True:
            code, found = await findings(node, *port)
            if ("search", "ok") in found and ("workers", "ok") in found:
                break
    assert code == 0
    looked_at = {"program", "data", "key", "database", "durable", "pooler", "room", "redis", "memory"}
    looked_at |= {
        "clock",
        "jobs",
        "programs",
        "workers",
        "mail",
        "search",
        "port",
        "origin",
        "proxies",
        "files",
        "storage",
        "scanner",
    }
    assert {about for about, _ in found} == looked_at
    # The tests' PostgreSQL does not wait for the disk, and the machine may be nearly full.
    assert {about for about, level in found if level != "ok"} <= {"durable", "data"}
    spoken = await asyncio.to_thread(node.run, "doctor", "--rate-limits", "on", *port)
    assert [line.split()[1] for line in spoken.stdout.splitlines()].count("clock") == 2


def tell(valkey: Valkey, *command: str) -> None:
    with socket.create_connection(("127.0.0.1", valkey.port), 5) as connection:
        connection.sendall(" ".join(command).encode() + b"\r\n")
        assert connection.recv(100) == b"+OK\r\n"


async def test_the_doctor_says_what_a_cluster_lacks(
    own_valkey: Valkey, postgres: Postgres, migrated: str, tmp_path: Path
) -> None:
    tell(own_valkey, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    url = postgres.url(postgres.create_database(template=migrated))
    talkoot = Talkoot(
        tmp_path / "data",
        database_url=url,
        database_replica_url=url,
        redis_url=own_valkey.url,
        trusted_proxies="0.0.0.0/0, 10.0.0.1",
    )
    code, found = await findings(talkoot, "--port", "0")
    assert code == 1
    for part, said in {
        ("key", "fail"): "the same for all",
        ("proxies", "fail"): "0.0.0.0/0 may invent",
        ("replica", "warn"): "a primary of its own",
        ("storage", "warn"): "no files are taken",
        ("memory", "warn"): "set it to noeviction",
        ("workers", "warn"): "does `talkoot worker` run?",
        ("search", "warn"): "until it is whole",
    }.items():
        assert said in found[part]
    own_valkey.kill()
    assert ("redis", "fail") in (await findings(talkoot, "--port", "0"))[1]
