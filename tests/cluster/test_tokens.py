"""Tokens, assertions and secrets on two servers: what ends on one has ended on the other, the bus or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.clients import PATIENCE, Api, Socket, set_up
from tests.servers.talkoot import Talkoot
from tests.tokens.hosts import Host, register
from tests.workspaces import Workspace


@pytest.fixture(scope="module")
def settings_of_two() -> dict[str, str]:
    """What is told by control messages never comes."""
    return {"fail": "bus_drop_control:1"}


@dataclass
class Two:
    """A workspace on the first server, and the address of the second."""

    workspace: Workspace
    nodes: tuple[Talkoot, Talkoot]

    def there(self, host: Host) -> Host:
        """The same application, at the second server."""
        return Host(self.nodes[1].url, host.made, host.key)


@pytest_asyncio.fixture(scope="module")
async def two(shared_two: tuple[Talkoot, Talkoot]) -> AsyncIterator[Two]:
    owner, made = await set_up(shared_two[0].url)
    async with owner, Workspace(owner, made) as workspace:
        yield Two(workspace, shared_two)


async def until_refused(program: Api) -> None:
    """Wait until who comes with this token is not let in."""
    async with asyncio.timeout(PATIENCE):
        while (await program.ask("GET", "/users/me")).status_code != 401:
            pass


async def test_row_06_a_token_that_is_revoked_ends_on_the_other_server_without_the_bus(two: Two) -> None:
    owner = two.workspace.owner
    made = await owner.post("/users/me/tokens", {"name": "x", "scopes": ["read"]})
    async with Api(two.nodes[1].url, made["token"]) as program, await Socket.of(program) as socket:
        await program.get("/users/me")  # the second server remembers it from now on
        await owner.delete(f"/users/me/tokens/{made['id']}")
        await until_refused(program)
        assert (await socket.closed())[0] == 4401


async def test_row_13_an_assertion_counts_once_on_both_servers(two: Two) -> None:
    host = await register(two.workspace)
    there = two.there(host)
    for first, second in ((host, there), (there, host)):
        assertion = host.sign()
        assert (await first.ask(assertion))[0] == 200
        assert await second.refused(assertion)
    assertion = host.sign()
    answers = await asyncio.gather(*(each.ask(assertion) for each in (host, there) * 8))
    assert sorted(status for status, _ in answers) == [200] + [400] * 15


async def test_a_secret_that_is_changed_holds_no_longer_on_both_servers(two: Two) -> None:
    owner, host = two.workspace.owner, await register(two.workspace)
    path = f"/workspaces/{two.workspace.id}/applications/{host.made['id']}"
    for each in (host, two.there(host)):
        await (await each.come()).close()
    renewed = Host(host.url, await owner.post(f"{path}/secret", expect=200))
    for each in (host, two.there(host)):
        assert await each.refused(each.sign())
    async with await two.there(renewed).come() as person:
        await owner.delete(path)
        await until_refused(person)
    for each in (renewed, two.there(renewed)):
        assert await each.refused(each.sign())


async def test_a_command_is_believed_by_all_servers(two: Two) -> None:
    made = await two.workspace.owner.post("/users/me/tokens", {"name": "x", "scopes": ["read"]})
    async with Api(two.nodes[0].url, made["token"]) as here, Api(two.nodes[1].url, made["token"]) as there:
        for program in (here, there):
            await program.get("/users/me")
        done = await asyncio.to_thread(two.nodes[0].run, "token", "revoke", made["id"])
        assert done.returncode == 0, done.stderr
        for program in (here, there):
            await until_refused(program)
