"""Fixtures: real servers, the real program, a real browser.

talkoot             a server of the test's own; the test runs twice, on SQLite and on PostgreSQL
talkoot_sqlite      the same, on SQLite only; talkoot_postgresql: on PostgreSQL only
serve               starts servers with settings: serve("sqlite", rate_limits="on")
workspace           a fresh workspace on servers that tests share, on both databases; do not stop those
workspace_sqlite    the same, on SQLite only
server              where `workspace` is, to look into its tables
postgres, valkey    servers that tests share, and own_postgres, own_valkey, which a test may kill; clamd alike
browser, context    Chromium without a window, and a context of its own for the test
whole_browser       the whole of Chromium, for what its shell lacks
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.clients import Api, set_up
from tests.leftovers import Leftovers
from tests.servers.chromium import Chromium, find_chromium, find_shell
from tests.servers.clamd import Clamd
from tests.servers.logs import secrets_in
from tests.servers.molds import MIGRATED, postgres_mold, sqlite_mold, with_tables
from tests.servers.postgres import Postgres
from tests.servers.talkoot import STARTED, Talkoot
from tests.servers.valkey import Valkey
from tests.servers.warm import end_warm
from tests.workspaces import Workspace
from tools import node

Database = Literal["sqlite", "postgresql"]
DATABASES: tuple[Database, ...] = ("sqlite", "postgresql")
Serve = Callable[..., Talkoot]


LEFTOVERS = Leftovers()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup() -> Generator[None]:
    """Begin to notice what a test leaves behind when it fails."""
    LEFTOVERS.prepare()
    try:
        yield
    except BaseException:
        LEFTOVERS.fail()
        raise


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call() -> Generator[None]:
    """Notice that it failed."""
    LEFTOVERS.begin()
    try:
        yield
    except BaseException:
        LEFTOVERS.fail()
        raise


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None]:
    """End what it left behind."""
    LEFTOVERS.end_tasks()
    try:
        yield
    finally:
        LEFTOVERS.collect()


@pytest_asyncio.fixture(scope="session", autouse=True)
async def _the_loop() -> None:
    LEFTOVERS.loop = asyncio.get_running_loop()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Let the process that forks end in order, with what it tells coverage, before that counts."""
    done = yield
    if not session.shouldstop and not session.shouldfail:  # else servers may run that others take down
        end_warm()
    return done


def pytest_sessionfinish() -> None:
    """Nor may it stay when the tests were stopped."""
    end_warm()


# What takes long by itself comes first, so that what is left for the end is small and can be shared out.
LONG = ("faults", "bench", "cluster", "contracts", "deploy", "packaging", "web", "browser", "cli")


OURS = re.compile(r"^ *(?:from|import) (?:talkoot|bench|tools)\b", re.MULTILINE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders of long tests before the others; within each the order stays.

    What asks servers alone is not traced, for that takes twice the time: the servers tell what they ran.
    """
    here = Path(__file__).parent
    for item in items:
        if not _runs_the_program_itself(item.path):
            item.add_marker("no_cover")
    items.sort(
        key=lambda item: not item.path.is_relative_to(here) or item.path.parts[len(here.parts)] not in LONG
    )


@cache
def _runs_the_program_itself(file: Path) -> bool:
    """Whether a test, or what stands beside it to help, loads parts of the program, or tools that do."""
    beside = [path for path in file.parent.glob("*.py") if not path.name.startswith("test_")]
    return any(OURS.search(path.read_text()) for path in (file, *beside))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the servers said with a failure."""
    report = yield
    if report.failed:
        for talkoot in STARTED:
            report.sections.append((f"log of {talkoot.url}", talkoot.log[-8000:]))
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres(mold=postgres_mold())
    yield server.start()
    server.stop()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    server = Postgres(mold=postgres_mold())
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


@pytest.fixture(scope="session")
def clamd() -> Iterator[Clamd]:
    server = Clamd()
    yield server.start()
    server.stop()


@pytest.fixture
def own_clamd() -> Iterator[Clamd]:
    server = Clamd()
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def migrated() -> str:
    """The name of a database with all tables and nothing in them, to copy from; own_postgres has it too."""
    return MIGRATED


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    """An SQLite database with all tables and nothing in them, to copy from."""
    return sqlite_mold()


def make_talkoot(database: Database, data: Path, request: pytest.FixtureRequest, **settings: str) -> Talkoot:
    """A server that is not started yet, with its tables; PostgreSQL starts only where a test wants it."""
    if database == "postgresql":
        cluster: Postgres = request.getfixturevalue("postgres")
        settings = {"database_url": cluster.url(cluster.create_database(MIGRATED)), **settings}
        return Talkoot(data, **settings)
    return with_tables(Talkoot(data, **settings))


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
    assert [line for talkoot in started for line in secrets_in(talkoot.log)] == []


@pytest.fixture(params=DATABASES)
def talkoot(request: pytest.FixtureRequest, serve: Serve) -> Talkoot:
    return serve(request.param)


@pytest.fixture
def talkoot_sqlite(serve: Serve) -> Talkoot:
    return serve("sqlite")


@pytest.fixture
def talkoot_postgresql(serve: Serve) -> Talkoot:
    return serve("postgresql")


def shared_talkoot(database: Database, request: pytest.FixtureRequest) -> Iterator[Talkoot]:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    data = factory.mktemp("shared") / "data"
    talkoot = make_talkoot(database, data, request, anonymous_readers="on")
    yield talkoot.start()
    talkoot.stop()
    assert secrets_in(talkoot.log) == []  # all that the tests have done with it is in there


@pytest.fixture(scope="session")
def shared_sqlite(request: pytest.FixtureRequest) -> Iterator[Talkoot]:
    yield from shared_talkoot("sqlite", request)


@pytest.fixture(scope="session")
def shared_postgresql(request: pytest.FixtureRequest) -> Iterator[Talkoot]:
    yield from shared_talkoot("postgresql", request)


@pytest_asyncio.fixture(scope="session")
async def owner_sqlite(shared_sqlite: Talkoot) -> AsyncIterator[Api]:
    owner, _ = await set_up(shared_sqlite.url)
    async with owner:
        yield owner


@pytest_asyncio.fixture(scope="session")
async def owner_postgresql(shared_postgresql: Talkoot) -> AsyncIterator[Api]:
    owner, _ = await set_up(shared_postgresql.url)
    async with owner:
        yield owner


@pytest.fixture(params=DATABASES)
def shared_owner(request: pytest.FixtureRequest) -> Api:
    # Not inside `workspace`: an asynchronous fixture cannot ask for another by name.
    owner: Api = request.getfixturevalue(f"owner_{request.param}")
    return owner


@pytest_asyncio.fixture
async def workspace(shared_owner: Api) -> AsyncIterator[Workspace]:
    async with await Workspace.make(shared_owner) as made:
        yield made


@pytest.fixture
def server(request: pytest.FixtureRequest, workspace: Workspace) -> Talkoot:
    del workspace
    database = request.node.callspec.params["shared_owner"]
    found: Talkoot = request.getfixturevalue(f"shared_{database}")
    return found


@pytest_asyncio.fixture
async def workspace_sqlite(owner_sqlite: Api) -> AsyncIterator[Workspace]:
    async with await Workspace.make(owner_sqlite) as made:
        yield made


@asynccontextmanager
async def launched(chromium: Chromium) -> AsyncIterator[Browser]:
    """That browser, until it is done with."""
    # Playwright's own Node needs a library that a slim Debian lacks.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node.find().binary))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.binary, args=chromium.arguments, env={**chromium.environment}
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with launched(find_shell()) as shell:
        yield shell


@pytest_asyncio.fixture(scope="session")
async def whole_browser() -> AsyncIterator[Browser]:
    async with launched(find_chromium()) as whole:
        yield whole


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    window = await browser.new_context(locale="en-GB")
    yield window
    await window.close()
