"""A database with all tables for each test, on SQLite and on PostgreSQL, and a kernel on it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from talkoot.migrations.running import migrate
from talkoot.settings import Settings
from tests.conftest import DATABASES
from tests.kernel.ground import Ground
from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(migrate(Settings(data=folder)))
    return folder / "talkoot.db"


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """A migrated database, to be copied."""
    name = postgres.create_database()
    asyncio.run(migrate(Settings(database_url=postgres.url(name))))
    return name


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "talkoot.db")
        return Settings(data=tmp_path)
    cluster: Postgres = request.getfixturevalue("postgres")
    name = cluster.create_database(request.getfixturevalue("postgres_template"))
    return Settings(data=tmp_path, database_url=cluster.url(name))


@pytest_asyncio.fixture
async def ground(settings: Settings) -> AsyncIterator[Ground]:
    async with Ground.on(settings) as made:
        yield made


@pytest_asyncio.fixture
async def ground_postgresql(
    postgres: Postgres, postgres_template: str, tmp_path: Path
) -> AsyncIterator[Ground]:
    url = postgres.url(postgres.create_database(postgres_template))
    async with Ground.on(Settings(data=tmp_path, database_url=url)) as made:
        yield made
