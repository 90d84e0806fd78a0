"""A Redis that can not carry a cluster is refused before anything else begins, in one sentence."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey

# Nobody is there: nothing may come so far that it wants to know.
NO_POSTGRESQL = "postgresql://talkoot@127.0.0.1:1/talkoot"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(redis_url: str, command: str = "serve", **more: str) -> subprocess.CompletedProcess[str]:
        settings = {"database_url": NO_POSTGRESQL, **more}
        return Talkoot(tmp_path / "data", redis_url=redis_url, **settings).run(command, "--port", "0")

    return run


@asynccontextmanager
async def answering(refusal: bytes) -> AsyncIterator[str]:
    """Something that speaks Redis, and refuses to publish; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                await reader.readline()
                words.append((await reader.readline()).strip())
            writer.write(refusal if words[0] == b"SPUBLISH" else b"+OK\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1")
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ("ERR unknown command 'SPUBLISH', with args beginning with: 'talkoot:0:bus:probe'", "is too old"),
        ("MOVED 866 127.0.0.1:7001", "is a Redis Cluster"),
        ("CLUSTERDOWN Hash slot not served", "is a Redis Cluster"),
        ("NOPERM User default has no permissions to run the 'spublish' command", "refuses what is needed"),
    ],
)
async def test_a_server_that_can_not_carry_the_bus_is_refused(run: Run, refusal: str, said: str) -> None:
    async with answering(f"-{refusal}\r\n".encode()) as url:
        refused = await asyncio.to_thread(run, url)
        assert refused.returncode == 2
        assert f"{url.removeprefix('redis://')} {said}" in refused.stderr
        examined = await asyncio.to_thread(run, url, "doctor")
        assert f"{url.removeprefix('redis://')} {said}" in examined.stdout


async def test_a_wrong_password_is_refused_and_not_told(run: Run, own_valkey: Valkey) -> None:
    async with Redis.from_url(own_valkey.url, protocol=2) as client:
        await client.config_set("requirepass", "swordfish")
    wrong = own_valkey.url.replace("redis://", "redis://:hunter2@")
    for command in ("serve", "doctor"):
        refused = await asyncio.to_thread(run, wrong, command)
        said = refused.stdout + refused.stderr
        assert "refuses the user or the password" in said
        assert "hunter2" not in said
    right = own_valkey.url.replace("redis://", "redis://:swordfish@")
    assert "ok    redis" in (await asyncio.to_thread(run, right, "doctor")).stdout
    shown = await asyncio.to_thread(Talkoot(Path("data"), redis_url=right).run, "settings")
    assert "swordfish" not in shown.stdout + shown.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1", "it must look like redis://"),
        ("redis://", "it must look like redis://"),
        ("redis://:hunter2@127.0.0.1/zero", "it must look like redis://"),
        ("redis://:hunter2@127.0.0.1:zero", "it must look like redis://"),
        ("redis://:hunter2@127.0.0.1?protocol=3", "after a ? come only"),
    ],
)
def test_a_wrong_address_is_refused_and_its_password_not_told(run: Run, url: str, said: str) -> None:
    refused = run(url)
    assert refused.returncode == 2
    assert "`redis_url` (TALKOOT_REDIS_URL)" in refused.stderr
    assert said in refused.stderr
    assert "hunter2" not in refused.stdout + refused.stderr


def test_a_redis_without_a_postgresql_is_refused(run: Run, valkey: Valkey) -> None:
    refused = run(valkey.url, database_url="")
    assert refused.returncode == 2
    assert "several servers need one PostgreSQL" in refused.stderr


def test_the_doctor_says_that_redis_is_away(run: Run) -> None:
    assert "fail  redis" in run("redis://127.0.0.1:1", "doctor").stdout
