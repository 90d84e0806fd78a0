"""Refresh tokens: each works once; a second use closes the session for thief and owner alike."""

import asyncio
from typing import Any

from tests.clients import PASSWORD, Api, Socket
from tests.workspaces import Workspace


async def signed_in(person: Api) -> dict[str, Any]:
    form = {"grant_type": "password", "username": person.user["username"], "password": PASSWORD}
    pair: dict[str, Any] = (await person.http.post("/auth/token", data=form)).json()
    return pair


async def refresh(person: Api, token: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    answer = await person.http.post("/auth/token", data=form)
    return answer.status_code, answer.json()


async def holds(person: Api, pair: dict[str, Any]) -> bool:
    async with Api(person.url, pair["access_token"]) as api:
        return (await api.ask("GET", "/users/me")).status_code == 200


async def test_a_refresh_token_gets_the_next_pair(workspace: Workspace) -> None:
    person = await workspace.member()
    first = await signed_in(person)
    status, second = await refresh(person, first["refresh_token"])
    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert await holds(person, second)
    assert (await refresh(person, second["refresh_token"]))[0] == 200


async def test_a_second_use_closes_the_session_and_its_sockets(workspace: Workspace) -> None:
    person = await workspace.member()
    stolen = await signed_in(person)
    _, owners = await refresh(person, stolen["refresh_token"])
    async with await Socket.open(person.url) as socket:
        await socket.hello(token=owners["access_token"])
        assert (await refresh(person, stolen["refresh_token"]))[0] == 401
        assert (await socket.closed(2))[0] == 4401
    assert not await holds(person, owners)
    assert (await refresh(person, owners["refresh_token"]))[0] == 401
    assert (await person.ask("GET", "/users/me")).status_code == 200  # another session of the same person


async def test_row_13_of_many_who_use_one_at_once_exactly_one_gets_a_pair(workspace: Workspace) -> None:
    person = await workspace.member()
    pair = await signed_in(person)
    answers = await asyncio.gather(*(refresh(person, pair["refresh_token"]) for _ in range(50)))
    won = [body for status, body in answers if status == 200]
    assert len(won) == 1
    assert {status for status, _ in answers} == {200, 401}
    assert not await holds(person, won[0])  # which of the fifty was the owner, nobody knows


async def test_an_access_token_is_no_refresh_token_and_the_reverse(workspace: Workspace) -> None:
    person = await workspace.member()
    pair = await signed_in(person)
    assert (await refresh(person, pair["access_token"]))[0] == 401
    async with Api(person.url, pair["refresh_token"]) as api:
        assert (await api.ask("GET", "/users/me")).status_code == 401
    assert await holds(person, pair)


async def test_a_closed_session_is_not_refreshed(workspace: Workspace) -> None:
    person = await workspace.member()
    pair = await signed_in(person)
    async with Api(person.url, pair["access_token"]) as api:
        await api.post("/auth/logout", expect=204)
    assert (await refresh(person, pair["refresh_token"]))[0] == 401
    assert not await holds(person, pair)
