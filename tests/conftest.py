"""Fixtures: real servers, the real program, a real browser.

talkoot             a server of the test's own; the test runs twice, on SQLite and on PostgreSQL
talkoot_sqlite      the same, on SQLite only; talkoot_postgresql: on PostgreSQL only
serve               starts servers with settings: serve("sqlite", rate_limits="on")
workspace           a fresh workspace on servers that tests share, on both databases; do not stop those
workspace_sqlite    the same, on SQLite only
postgres, valkey    servers that tests share, and own_postgres, own_valkey, which a test may kill
browser, context    Chromium, and a window of its own for the test
"""

import os
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.clients import Api, set_up
from tests.servers.chromium import find_chromium
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey
from tests.workspaces import Workspace
from tools import node

Database = Literal["sqlite", "postgresql"]
DATABASES: tuple[Database, ...] = ("sqlite", "postgresql")
Serve = Callable[..., Talkoot]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the server's log with a failure."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for name, value in item.funcargs.items():
            if isinstance(value, Talkoot):
                report.sections.append((f"log of {name}", value.log[-8000:]))
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server.start()
    server.stop()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    server = Valkey()
    yield server.start()
    server.stop()


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    server = Valkey()
    yield server.start()
    server.stop()


def make_talkoot(database: Database, data: Path, request: pytest.FixtureRequest, **settings: str) -> Talkoot:
    """A server that is not started yet; PostgreSQL starts only where a test wants it."""
    if database == "postgresql":
        cluster: Postgres = request.getfixturevalue("postgres")
        settings = {"database_url": cluster.url(cluster.create_database()), **settings}
    talkoot = Talkoot(data, **settings)
    if database == "postgresql":
        migrated = talkoot.run("migrate")
        assert migrated.returncode == 0, migrated.stdout + migrated.stderr
    return talkoot


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    started: list[Talkoot] = []

    def start(database: Database = "sqlite", **settings: str) -> Talkoot:
        talkoot = make_talkoot(database, tmp_path / f"data{len(started) + 1}", request, **settings)
        started.append(talkoot)
        return talkoot.start()

    yield start
    for talkoot in started:
        talkoot.stop()


@pytest.fixture(params=DATABASES)
def talkoot(request: pytest.FixtureRequest, serve: Serve) -> Talkoot:
    return serve(request.param)


@pytest.fixture
def talkoot_sqlite(serve: Serve) -> Talkoot:
    return serve("sqlite")


@pytest.fixture
def talkoot_postgresql(serve: Serve) -> Talkoot:
    return serve("postgresql")


async def shared_owner(database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """The owner of a server that is set up and shared by the tests of a session."""
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    talkoot = make_talkoot(database, factory.mktemp("shared") / "data", request).start()
    owner, _ = await set_up(talkoot.url)
    async with owner:
        yield owner
    talkoot.stop()


@pytest_asyncio.fixture(scope="session")
async def owner_sqlite(request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    async for owner in shared_owner("sqlite", request):
        yield owner


@pytest_asyncio.fixture(scope="session")
async def owner_postgresql(request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    async for owner in shared_owner("postgresql", request):
        yield owner


async def fresh_workspace(owner: Api) -> AsyncIterator[Workspace]:
    workspace = await Workspace.make(owner)
    yield workspace
    await workspace.close()


@pytest_asyncio.fixture(params=DATABASES)
async def workspace(request: pytest.FixtureRequest) -> AsyncIterator[Workspace]:
    async for made in fresh_workspace(request.getfixturevalue(f"owner_{request.param}")):
        yield made


@pytest_asyncio.fixture
async def workspace_sqlite(owner_sqlite: Api) -> AsyncIterator[Workspace]:
    async for made in fresh_workspace(owner_sqlite):
        yield made


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    # Playwright's own Node needs a library that a slim Debian lacks.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node.find().binary))
    chromium = find_chromium()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium.binary, args=chromium.arguments, env={**chromium.environment}
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    window = await browser.new_context(locale="en-GB")
    yield window
    await window.close()
