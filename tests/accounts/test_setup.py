"""The first run."""

import asyncio
from collections import Counter

from tests.clients import PASSWORD, Api, Json
from tests.servers.talkoot import Talkoot


def form(username: str = "owner") -> Json:
    return {"workspace": "First", "username": username, "display_name": "Owner", "password": PASSWORD}


async def test_the_first_run_makes_an_owner_a_workspace_and_two_rooms(talkoot: Talkoot) -> None:
    async with Api(talkoot.url) as nobody:
        assert await nobody.get("/setup") == {"required": True}
        assert (await nobody.get("/auth/session"))["setup_required"] is True
        made = await nobody.post("/setup", form())
        assert made["workspace"]["role"] == "owner"
        assert await nobody.get("/setup") == {"required": False}
        async with await nobody.sign_in("owner") as owner:
            assert owner.user["id"] == made["user"]["id"]
            rooms = await owner.get(f"/workspaces/{made['workspace']['id']}/rooms")
            assert {(room["name"], room["kind"], room["member"]) for room in rooms["items"]} == {
                ("general", "public", True),
                ("random", "public", True),
            }


async def test_row_13_of_fifty_first_runs_exactly_one_wins(talkoot: Talkoot) -> None:
    async with Api(talkoot.url) as nobody:
        runs = [nobody.ask("POST", "/setup", form(f"owner{n}")) for n in range(50)]
        answers = await asyncio.gather(*runs)
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
        won = next(answer.json() for answer in answers if answer.status_code == 201)
        async with await nobody.sign_in(won["user"]["username"]) as owner:
            assert len((await owner.get("/workspaces"))["items"]) == 1
            members = await owner.get(f"/workspaces/{won['workspace']['id']}/members")
            assert [member["user"]["id"] for member in members["items"]] == [won["user"]["id"]]
        for loser in {f"owner{n}" for n in range(50)} - {won["user"]["username"]}:
            sign_in = {"grant_type": "password", "username": loser, "password": PASSWORD}
            assert (await nobody.http.post("/auth/token", data=sign_in)).status_code == 401
            break


async def test_a_first_run_that_is_not_acceptable_leaves_nothing(talkoot_sqlite: Talkoot) -> None:
    async with Api(talkoot_sqlite.url) as nobody:
        for wrong in (
            {"password": "short"},
            {"username": "a b"},
            {"display_name": "\u202e"},
            {"workspace": ""},
        ):
            assert await nobody.refusal("POST", "/setup", {**form(), **wrong}) == (422, "invalid")
        assert await nobody.get("/setup") == {"required": True}
        await nobody.post("/setup", form())
        assert (await nobody.refusal("POST", "/setup", form("second")))[0] == 409
