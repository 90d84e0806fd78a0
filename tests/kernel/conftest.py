"""A database with all tables for each test, on SQLite and on PostgreSQL, and a kernel on it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from talkoot.settings import Settings
from tests.conftest import DATABASES
from tests.kernel.ground import Ground
from tests.servers.postgres import Postgres


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "talkoot.db")
        return Settings(data=tmp_path)
    cluster: Postgres = request.getfixturevalue("postgres")
    name = cluster.create_database(request.getfixturevalue("migrated"))
    return Settings(data=tmp_path, database_url=cluster.url(name))


@pytest_asyncio.fixture
async def ground(settings: Settings) -> AsyncIterator[Ground]:
    async with Ground.on(settings) as made:
        yield made


@pytest_asyncio.fixture
async def ground_postgresql(postgres: Postgres, migrated: str, tmp_path: Path) -> AsyncIterator[Ground]:
    url = postgres.url(postgres.create_database(migrated))
    async with Ground.on(Settings(data=tmp_path, database_url=url)) as made:
        yield made
