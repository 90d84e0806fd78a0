"""Fixtures: one mail server, and servers that send their mail through it, on both databases."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.clients import PASSWORD, Api, Json, join, set_up
from tests.conftest import Database, make_talkoot
from tests.servers.post_office import PostOffice
from tests.servers.talkoot import Talkoot
from tests.workspaces import names

HOME = "https://chat.example.test"  # where links lead; the tests ask the server itself


@dataclass
class Place:
    """A server, its mail, and its owner."""

    talkoot: Talkoot
    post: PostOffice
    owner: Api
    workspace: str

    async def member(self, name: str = "member", *, address: bool = True) -> Api:
        """A new person with an address that is confirmed; close it."""
        name = f"{name}{next(names)}"
        person = await join(self.owner, self.workspace, name)
        if address:
            await person.put("/users/me/address", wanted(mail(name)))
            async with Api(self.talkoot.url) as nobody:
                await nobody.call(
                    "POST", "/auth/address/confirm", {"token": await self.post.token(mail(name))}
                )
            person.user = await person.get("/users/me")
        return person

    def nobody(self) -> Api:
        return Api(self.talkoot.url)


def mail(name: str) -> str:
    return f"{name}@example.test"


def wanted(email: str | None, password: str = PASSWORD) -> Json:
    return {"email": email, "current_password": password}


def settings(post: PostOffice, **more: str) -> dict[str, str]:
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": str(post.port),
        "smtp_tls": "off",
        "mail_from": "Our chat <chat@example.test>",
        "public_url": HOME,
        "registration": "open",
        **more,
    }


@pytest.fixture(scope="session")
def post() -> Iterator[PostOffice]:
    office = PostOffice()
    yield office.start()
    office.stop()


def talkoot_with(database: Database, request: pytest.FixtureRequest, post: PostOffice) -> Iterator[Talkoot]:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    talkoot = make_talkoot(database, factory.mktemp("mailing") / "data", request, **settings(post))
    yield talkoot.start()
    talkoot.stop()


@pytest.fixture(scope="session")
def mailing_sqlite(request: pytest.FixtureRequest, post: PostOffice) -> Iterator[Talkoot]:
    yield from talkoot_with("sqlite", request, post)


@pytest.fixture(scope="session")
def mailing_postgresql(request: pytest.FixtureRequest, post: PostOffice) -> Iterator[Talkoot]:
    yield from talkoot_with("postgresql", request, post)


@pytest_asyncio.fixture(scope="session")
async def place(mailing_sqlite: Talkoot, post: PostOffice) -> AsyncIterator[Place]:
    owner, workspace = await set_up(mailing_sqlite.url)
    async with owner:
        yield Place(mailing_sqlite, post, owner, workspace["id"])


@pytest_asyncio.fixture(scope="session")
async def place_postgresql(mailing_postgresql: Talkoot, post: PostOffice) -> AsyncIterator[Place]:
    owner, workspace = await set_up(mailing_postgresql.url)
    async with owner:
        yield Place(mailing_postgresql, post, owner, workspace["id"])
