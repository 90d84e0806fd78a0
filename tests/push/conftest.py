"""Fixtures: a push service, and servers that may reach it, on both databases."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.clients import Api, Json, join, set_up
from tests.conftest import Database, make_talkoot
from tests.servers.push_service import Browser, PushService
from tests.servers.talkoot import Talkoot
from tests.workspaces import names


@dataclass
class Place:
    """A server, the push service that it reaches, and its owner."""

    talkoot: Talkoot
    service: PushService
    owner: Api
    workspace: str

    async def member(self, name: str = "member") -> Api:
        """A new person; close it."""
        return await join(self.owner, self.workspace, f"{name}{next(names)}")

    async def subscribed(self, person: Api, *, text: bool = True) -> tuple[Browser, Json]:
        """A browser that is told for this person's session, and what the server says of it."""
        self.service.key = (await person.get("/push/key"))["key"]
        browser = self.service.browser()
        made = await person.post("/push/subscriptions", {**browser.subscription, "text": text})
        return browser, made


@asynccontextmanager
async def place_on(database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    settings = {"member_networks": "127.0.0.0/8", "mail_from": "Our chat <chat@example.test>"}
    talkoot = make_talkoot(database, factory.mktemp("pushing") / "data", request, **settings).start()
    owner, workspace = await set_up(talkoot.url)
    service = PushService()
    async with owner:
        yield Place(talkoot, service, owner, workspace["id"])
    talkoot.stop()
    service.close()
    assert service.wrong == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    async with place_on("sqlite", request) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def place_postgresql(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    async with place_on("postgresql", request) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Place:
    name = "place" if request.param == "sqlite" else "place_postgresql"
    found: Place = request.getfixturevalue(name)
    return found
