"""Tickets for sockets: one use, half a minute, bound to the session."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed

from tests.accounts.browsers import Web
from tests.clients import Api, Socket
from tests.workspaces import Workspace


async def ticket_of(person: Api) -> str:
    made = await person.post("/ws-ticket", expect=200)
    assert made["expires_in"] == 30
    return str(made["ticket"])


async def opens(url: str, ticket: str) -> bool:
    async with await Socket.open(url) as socket:
        await socket.push(op="hello", ticket=ticket)
        try:
            await socket.until(op="welcome")
        except ConnectionClosed:
            assert (await socket.closed())[0] == 4401
            return False
        return True


async def test_a_ticket_opens_a_socket_for_the_one_who_got_it(workspace: Workspace) -> None:
    person = await workspace.member()
    async with Web(person.url) as web:
        await web.sign_in(person.user["username"])
        ticket = (await web.call("POST", "/ws-ticket"))["ticket"]
    async with await Socket.open(person.url) as socket:
        welcome = await socket.hello(ticket=ticket)
    assert welcome["user"]["id"] == person.user["id"]
    assert welcome["user"]["username"] == person.user["username"]


async def test_row_13_of_fifty_who_use_one_ticket_exactly_one_gets_in(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    ticket = await ticket_of(person)
    opened = await asyncio.gather(*(opens(person.url, ticket) for _ in range(50)))
    assert sum(opened) == 1
    assert not await opens(person.url, ticket)


async def test_a_ticket_dies_with_its_session(workspace: Workspace) -> None:
    person = await workspace.member()
    async with Api(person.url) as nobody:
        again = await nobody.sign_in(person.user["username"])
    async with again:
        ticket = await ticket_of(again)
        await again.post("/auth/logout", expect=204)
    assert not await opens(person.url, ticket)


async def test_a_socket_opened_by_ticket_closes_with_its_session(workspace: Workspace) -> None:
    person = await workspace.member()
    async with Web(person.url) as web:
        await web.sign_in(person.user["username"])
        ticket = (await web.call("POST", "/ws-ticket"))["ticket"]
        async with await Socket.open(person.url) as socket:
            await socket.hello(ticket=ticket)
            await web.call("POST", "/auth/logout", expect=204)
            assert (await socket.closed(2))[0] == 4401


@pytest.mark.parametrize("part", range(6))
async def test_no_part_of_a_ticket_can_be_changed(workspace_sqlite: Workspace, part: int) -> None:
    ticket = await ticket_of(await workspace_sqlite.member())
    parts = ticket.split(".")
    assert len(parts) == 7
    parts[part] = parts[part][:-1] + ("1" if parts[part][-1] != "1" else "2")
    assert not await opens(workspace_sqlite.owner.url, ".".join(parts))


@pytest.mark.parametrize("ticket", ["", ".", ".....", "x" * 5000, "a.b.c.d.e.f.g"])
async def test_a_made_up_ticket_opens_nothing(workspace_sqlite: Workspace, ticket: str) -> None:
    assert not await opens(workspace_sqlite.owner.url, ticket)


async def test_a_ticket_is_no_token(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    ticket = await ticket_of(person)
    async with Api(person.url, ticket) as api:
        assert (await api.ask("GET", "/users/me")).status_code == 401
    assert not await opens(person.url, person.token)
