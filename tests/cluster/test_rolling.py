"""Three nodes on one database: they write side by side, and are replaced by the next version one by one."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

import talkoot as package
from tests.cluster.conftest import SECRET
from tests.cluster.roaming import Crowd
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey

NEXT = '''"""What the next version adds."""

from alembic import op
import sqlalchemy as sa

revision = "9001"
down_revision = "{before}"
branch_labels = None
depends_on = None
phase = "expand"
beside = {{"ix_events_sender": "events (sender)"}}


def upgrade() -> None:
    op.add_column("messages", sa.Column("mood", sa.String(), server_default="calm", nullable=False))
    op.add_column("logs", sa.Column("closed_at", sa.BigInteger(), nullable=True))
    op.create_table("moods", sa.Column("id", sa.BigInteger(), primary_key=True))
'''
AFTER = '''"""What the version after the next takes away."""

from alembic import op

revision = "9002"
down_revision = "9001"
branch_labels = None
depends_on = None
phase = "contract"


def upgrade() -> None:
    op.drop_table("moods")
'''


@pytest.fixture
def three(postgres: Postgres, migrated: str, valkey: Valkey, tmp_path: Path) -> Iterator[list[Talkoot]]:
    url = postgres.url(postgres.create_database(template=migrated))
    shared = {"database_url": url, "redis_url": valkey.url, "secret_key": SECRET, "drain_seconds": "1"}
    nodes = [Talkoot(tmp_path / f"node{number}", **shared) for number in range(3)]
    for node in nodes:
        node.launch()
    yield [node.wait() for node in nodes]
    for node in nodes:
        node.stop()


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """The program as it might be in the next release: a copy with two more migrations."""
    source = Path(package.__file__).parent
    copy = tmp_path / "next" / "talkoot"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
    versions = copy / "migrations" / "versions"
    before = max(file.name for file in versions.glob("[0-9]*.py")).split("_")[0]
    (versions / "9001_moods.py").write_text(NEXT.format(before=before))
    (versions / "9002_no_moods.py").write_text(AFTER)
    main = tmp_path / "next" / "main.py"
    main.write_text(
        f"import sys\nsys.path.insert(0, {str(copy.parent)!r})\nfrom talkoot.cli import main\nmain()\n"
    )
    script = tmp_path / "next" / "run"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} {main} "$@"\n')
    script.chmod(0o755)
    return script


def deadlocks(postgres: Postgres, node: Talkoot) -> str:
    name = node.environment["TALKOOT_DATABASE_URL"].rpartition("/")[2]
    return postgres.query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", name)


async def test_lanes_of_three_nodes_share_rooms_in_peace(three: list[Talkoot], postgres: Postgres) -> None:
    crowd = await Crowd.on(three, rooms=3)
    crowd.start()
    await crowd.further(80)
    await crowd.end()
    assert not any(writer.left for writer in crowd.writers)
    assert deadlocks(postgres, three[0]) == "0"


async def test_the_next_version_takes_over_while_everybody_writes(
    three: list[Talkoot], next_version: Path
) -> None:
    crowd = await Crowd.on(three, rooms=1, rest=0.1)
    crowd.start()
    await crowd.further(10)
    migrated = await asyncio.to_thread(run_as, next_version, three[0], "migrate")
    assert migrated == (0, True), "what takes away waits"
    await crowd.further(10)
    assert three[0].run("migrate", "--check").returncode == 0  # the old version may go on, and start again
    for node in three:
        await restart(node, next_version)
        await crowd.further(5)
    await crowd.end()
    assert sum(writer.left for writer in crowd.writers) >= 3  # they really were sent away
    assert await asyncio.to_thread(run_as, next_version, three[0], "migrate", "--contract") == (0, False)
    refused = three[0].run("migrate", "--check")
    assert refused.returncode == 4, refused.stdout


def run_as(version: Path, node: Talkoot, *command: str) -> tuple[int, bool]:
    """Run a command of another version; its code, and whether it says that something is left to take away."""
    done = node.run(*command, program=version)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.returncode, "--contract" in done.stdout


async def restart(node: Talkoot, version: Path) -> None:
    """Not ready first, then a drain, then the other version on the same port."""
    ending = asyncio.create_task(asyncio.to_thread(node.terminate))
    async with httpx2.AsyncClient() as http:
        while not ending.done():
            try:
                if (await http.get(f"{node.url}/readyz")).status_code == 503:
                    break
            except httpx2.HTTPError:
                await asyncio.sleep(0.01)
    assert await ending == 0
    node.program = version
    node.launch()
    await asyncio.to_thread(node.wait)
