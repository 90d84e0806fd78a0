"""Guessing is slowed down over HTTP and socket, and the owner gets in all the same."""

import asyncio
from collections import Counter

import pytest

from tests.accounts.browsers import code_of
from tests.clients import PASSWORD, Api, Socket, set_up
from tests.conftest import Serve
from tests.servers.talkoot import Talkoot

GUESS = "not the right password"


@pytest.fixture
def limited(serve: Serve) -> Talkoot:
    return serve("sqlite", rate_limits="on", trusted_proxies='["127.0.0.1"]')


async def guess(nobody: Api, login: str, address: str, password: str = GUESS) -> tuple[int, float]:
    form = {"grant_type": "password", "username": login, "password": password}
    answer = await nobody.http.post("/auth/token", data=form, headers={"X-Forwarded-For": address})
    if answer.status_code == 429:
        assert code_of(answer) == (429, "rate_limited")
    return answer.status_code, float(answer.headers.get("retry-after", 0))


async def test_row_14_guesses_at_one_account_are_slowed_down_wherever_they_come_from(
    limited: Talkoot,
) -> None:
    owner, _ = await set_up(limited.url)
    async with owner, Api(limited.url) as nobody:
        answers = [await guess(nobody, "owner", f"198.51.100.{n}") for n in range(40)]
        assert Counter(status for status, _ in answers)[401] <= 8
        assert answers[-1][0] == 429
        assert 1 <= answers[-1][1] <= 60
        # The owner comes from where they came from before, and is not kept out.
        async with await nobody.sign_in("owner") as again:
            assert again.user["id"] == owner.user["id"]


async def test_row_14_an_account_that_is_not_there_is_guarded_the_same_way(limited: Talkoot) -> None:
    owner, _ = await set_up(limited.url)
    async with owner, Api(limited.url) as nobody:
        known = [(await guess(nobody, "owner", f"198.51.100.{n}"))[0] for n in range(10)]
        unknown = [(await guess(nobody, "who-is-that", f"203.0.113.{n}"))[0] for n in range(10)]
    assert known == unknown


async def test_row_14_one_address_does_not_try_all_accounts(limited: Talkoot) -> None:
    owner, _ = await set_up(limited.url)
    async with owner, Api(limited.url) as nobody:
        statuses = await asyncio.gather(*(guess(nobody, f"user{n}", "198.51.100.7") for n in range(120)))
        counted = Counter(status for status, _ in statuses)
        assert counted[401] <= 65
        assert counted[429] >= 50
        # and for IPv6 an address is the network that one customer has
        statuses = await asyncio.gather(
            *(guess(nobody, f"user{n}", f"2001:db8::{n:x}") for n in range(1, 120))
        )
        assert Counter(status for status, _ in statuses)[429] >= 50


async def test_row_14_who_knows_the_password_is_not_slowed_down(limited: Talkoot) -> None:
    owner, _ = await set_up(limited.url)
    async with owner, Api(limited.url) as nobody:
        for _ in range(25):
            assert (await guess(nobody, "owner", "198.51.100.7", PASSWORD))[0] == 200


async def test_row_14_the_current_password_can_not_be_guessed_by_a_thief_of_the_session(
    limited: Talkoot,
) -> None:
    owner, _ = await set_up(limited.url)
    async with owner:
        change = {"password": "another horse, another battery", "current_password": GUESS}
        codes = [await owner.refusal("PATCH", "/users/me", change) for _ in range(12)]
    assert codes[0] == (403, "wrong_password")
    assert codes[-1] == (429, "rate_limited")


async def test_row_14_tokens_are_not_guessed_over_the_socket(limited: Talkoot) -> None:
    owner, _ = await set_up(limited.url)
    async with owner:
        codes = []
        for _ in range(70):
            async with await Socket.open(limited.url) as socket:
                await socket.push(op="hello", token="made.up.token")
                codes.append((await socket.closed())[0])
        assert (codes[0], codes[-1]) == (4401, 4429)
        async with await Socket.of(owner) as socket:  # a good token is never refused for others' bad ones
            assert socket.welcome["user"]["id"] == owner.user["id"]


async def test_row_14_invitations_are_not_guessed(limited: Talkoot) -> None:
    owner, _ = await set_up(limited.url)
    async with owner, Api(limited.url) as nobody:
        codes = [await nobody.refusal("GET", f"/invites/guess{n}") for n in range(40)]
        assert codes[0] == (404, "not_found")
        assert codes[-1] == (429, "rate_limited")
