"""Fixtures: an issuer that names groups; one server on SQLite, or two on PostgreSQL and Valkey."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.accounts.browsers import Web
from tests.clients import Api, Json, Socket, join, set_up
from tests.conftest import make_talkoot
from tests.identities.visits import said, visit
from tests.servers.issuer import Issuer
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey

TENANT = "9122040d-6c67-4c5b-b112-36a304b66dad"
OTHER_TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
FILE = """
[providers.company]
issuer = "{issuer}"
client_id = "talkoot"

[providers.realm]
issuer = "{issuer}"
client_id = "talkoot"
groups_claim = "realm_access.roles"
workspaces = "all"

[providers.office]
kind = "entra"
issuer = "{issuer}"
client_id = "talkoot"
tenants = ["{tenant}", "{other}"]

[providers.google]
kind = "google"
client_id = "talkoot"
"""
numbers = itertools.count(1)


class Person(Web):
    """A browser that somebody came in with."""

    async def see(self) -> "Person":
        """Learn who one is."""
        session = await self.call("GET", "/auth/session")
        self.user, self.csrf = session["user"], session["csrf"]
        return self

    async def status(self, path: str) -> int:
        return (await self.ask("GET", path)).status_code


@dataclass
class Site:
    """Servers of one database, their issuer, and the owner; `open` closes at the end what it is given."""

    nodes: list[Talkoot]
    issuer: Issuer
    owner: Api
    workspace: str
    open: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def at(self) -> str:
        return f"/workspaces/{self.workspace}"

    async def comes(self, sub: str, /, *groups: str, provider: str = "company", **claims: Any) -> Person:
        """Somebody signs in, in a browser of their own, and their provider names these groups."""
        web = await self.open.enter_async_context(Person(self.nodes[0].url))
        began = await visit(web, provider)
        told = await began.as_person(
            self.issuer, **{"sub": sub, "preferred_username": sub, "groups": [*groups], **claims}
        )
        assert said(told) == "", said(told)
        return await web.see()

    async def rule(self, group: str, role: str | None = None, *rooms: str, provider: str = "company") -> Json:
        body: Json = {"provider": provider, "group": group, "role": role, "rooms": [*rooms]}
        made: Json = await self.owner.post(f"{self.at}/groups", body)
        return made

    async def room(self, kind: str = "private") -> str:
        made = await self.owner.post(f"{self.at}/rooms", {"name": f"room {next(numbers)}", "kind": kind})
        return str(made["id"])

    async def role_of(self, user: str) -> str | None:
        """None for who is not in the workspace."""
        members = (await self.owner.get(f"{self.at}/members", limit=200))["items"]
        return next((each["role"] for each in members if each["user"]["id"] == user), None)

    async def members_of(self, room: str) -> set[str]:
        members = (await self.owner.get(f"/rooms/{room}/members"))["items"]
        return {each["user"]["id"] for each in members}

    async def socket(self, person: Person, *rooms: str) -> Socket:
        """On the last of the servers, which is another one than where things are changed if there are two."""
        ticket = (await person.call("POST", "/ws-ticket"))["ticket"]
        socket = await self.open.enter_async_context(await Socket.open(self.nodes[-1].url))
        await socket.hello(ticket=ticket)
        await socket.subscribe(*rooms)
        return socket

    async def member(self, name: str) -> Api:
        """Somebody who joined by an invitation."""
        person = await join(self.owner, self.workspace, f"{name}{next(numbers)}")
        return await self.open.enter_async_context(person)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    made = Issuer().publish()
    made.publish("/organizations/v2.0", f"{made.url}/{{tenantid}}/v2.0")
    yield made
    made.close()


@pytest.fixture(scope="module", params=["sqlite", "cluster"])
def nodes(
    request: pytest.FixtureRequest, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Talkoot]]:
    folder: Path = tmp_path_factory.mktemp("groups")
    providers = folder / "providers.toml"
    providers.write_text(FILE.format(issuer=issuer.url, tenant=TENANT, other=OTHER_TENANT))
    settings = {"identity_providers": str(providers), "outgoing_networks": "127.0.0.0/8"}
    if request.param == "sqlite":
        found = [make_talkoot("sqlite", folder / "data", request, **settings)]
    else:
        valkey: Valkey = request.getfixturevalue("valkey")
        settings |= {"redis_url": valkey.url, "secret_key": "one key for both nodes of this cluster"}
        first = make_talkoot("postgresql", folder / "first", request, **settings)
        url = first.environment["TALKOOT_DATABASE_URL"]
        found = [first, Talkoot(folder / "second", database_url=url, **settings)]
    for node in found:
        node.start()
    yield found
    for node in found:
        node.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(nodes: list[Talkoot], issuer: Issuer) -> AsyncIterator[Site]:
    owner, workspace = await set_up(nodes[0].url)
    made = Site(nodes, issuer, owner, workspace["id"])
    async with owner, made.open:
        yield made
