"""Commands of bots: who registers and runs them, what the bot is told, and what only who ran one is told."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from tests.clients import PATIENCE, Api, Json, Socket
from tests.job_rows import put_job, rows
from tests.servers.talkoot import Talkoot
from tests.tokens.bots import DEPLOY, made, program, with_command
from tests.workspaces import Workspace


@dataclass
class Desk:
    """A bot with the command /deploy, and a room that it and a member read."""

    workspace: Workspace
    bot: Json
    api: Api
    member: Api
    room: str

    def command(self, name: str = "deploy", bot: Json | None = None) -> str:
        return f"/workspaces/{self.workspace.id}/bots/{(bot or self.bot)['id']}/commands/{name}"

    async def run(self, person: Api | None = None, *, expect: int = 201, **more: Any) -> Json:
        done: Json = await (person or self.member).post(
            f"/rooms/{more.pop('room', self.room)}/commands", asked(**more), expect=expect
        )
        return done

    async def refused(self, person: Api | None = None, **more: Any) -> tuple[int, str]:
        path = f"/rooms/{more.pop('room', self.room)}/commands"
        return await (person or self.member).refusal("POST", path, asked(**more))

    async def waiting(self) -> list[str]:
        return [each["id"] for each in (await self.api.get("/invocations"))["items"]]


def asked(**more: Any) -> Json:
    return {"command": "deploy", "args": "web 1.2", "cid": str(uuid.uuid4()), **more}


@pytest_asyncio.fixture
async def desk(workspace: Workspace, member: Api) -> AsyncIterator[Desk]:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    bot, api = await with_command(workspace, room)
    async with api:
        yield Desk(workspace, bot, api, member, room)


async def test_a_command_is_told_to_its_bot_and_answered_to_who_ran_it(desk: Desk) -> None:
    member, room = desk.member, desk.room
    ears, mouth, witness = [
        await desk.workspace.socket(each, room) for each in (desk.api, member, desk.workspace.owner)
    ]
    cid = str(uuid.uuid4())
    done = await mouth.ask(op="run", room=room, command="deploy", args="web 1.2", cid=cid)
    assert (done["op"], done["dup"], done["room"], done["cid"]) == ("invoked", False, room, cid)
    told = await ears.until(op="notice", kind="command")
    (waits,) = (await desk.api.get("/invocations"))["items"]
    assert {**waits, "invocation": waits["id"]} == {
        **{key: value for key, value in told.items() if key not in {"op", "kind"}},
        "id": done["invocation"],
    }
    assert (waits["command"], waits["args"], waits["thread"]) == ("deploy", "web 1.2", None)
    assert waits["user"]["id"] == member.user["id"]
    for text in ("Working on it", "Done"):
        await desk.api.put(f"/invocations/{waits['id']}/answer", {"text": text}, expect=204)
        heard = await mouth.until(op="notice", kind="command.answered")
        assert (heard["invocation"], heard["text"], heard["bot"]["bot"]) == (waits["id"], text, True)
    assert await desk.waiting() == []
    (mine,) = (await member.get("/users/me/invocations"))["items"]
    assert (mine["id"], mine["state"], mine["answer"]) == (waits["id"], "answered", "Done")
    for socket in (ears, witness):
        frames = await socket.settled()
        assert [frame for frame in frames if frame.get("kind") == "command.answered"] == []
    assert [frame for frame in await witness.settled() if frame.get("kind") == "command"] == []
    log = await member.get(f"/rooms/{room}/events")
    assert "web 1.2" not in str(log)
    assert (await desk.workspace.owner.get("/users/me/invocations"))["items"] == []


async def test_a_bot_that_was_away_finds_what_waits(desk: Desk) -> None:
    first, second = await desk.run(args="one"), await desk.run(args="two")
    assert await desk.waiting() == [first["id"], second["id"]]
    assert (first["state"], first["bot"]["id"]) == ("waiting", desk.bot["id"])
    await desk.api.post(f"/rooms/{desk.room}/messages", {"text": "one is out", "cid": first["id"]})
    await desk.api.put(f"/invocations/{first['id']}/answer", {}, expect=204)
    assert await desk.waiting() == [second["id"]]
    assert (await desk.member.get("/invocations"))["items"] == [], "it waits for the bot alone"
    states = [each["state"] for each in (await desk.member.get("/users/me/invocations"))["items"]]
    assert states == ["waiting", "answered"]


async def test_the_same_cid_runs_once(desk: Desk) -> None:
    cid = str(uuid.uuid4())
    first = await desk.run(cid=cid)
    assert (await desk.run(cid=cid, expect=200))["id"] == first["id"]
    socket = await desk.workspace.socket(desk.member)
    again = await socket.ask(op="run", room=desk.room, **asked(cid=cid))
    assert (again["invocation"], again["dup"]) == (first["id"], True)
    assert await desk.refused(cid=cid, args="another") == (409, "conflict")
    assert await desk.waiting() == [first["id"]]
    other = str(uuid.uuid4())
    path = f"/rooms/{desk.room}/commands"
    both = await asyncio.gather(*(desk.member.ask("POST", path, asked(cid=other)) for _ in range(4)))
    assert sorted(each.status_code for each in both) == [200, 200, 200, 201]
    assert len({each.json()["id"] for each in both}) == 1


async def test_who_may_not_write_runs_nothing(desk: Desk, stranger: Api) -> None:
    workspace, owner = desk.workspace, desk.workspace.owner
    assert await desk.refused(stranger) == (404, "not_found")
    assert await desk.refused(desk.api) == (403, "forbidden"), "bots would ask each other for ever"
    assert await desk.refused(command="nothing") == (422, "unknown_command")
    assert await desk.refused(room=str(uuid.uuid4())) == (404, "not_found")
    private = await workspace.room(kind="private")
    assert await desk.refused(room=private) == (404, "not_found")
    assert await desk.refused(owner, room=private) == (409, "bot_elsewhere")
    assert (await owner.get(f"/rooms/{private}/commands"))["items"] == []
    other = await owner.post(f"/rooms/{await workspace.room()}/messages", {"text": "elsewhere"})
    assert await desk.refused(thread=other["id"]) == (422, "invalid")
    root = await owner.post(f"/rooms/{desk.room}/messages", {"text": "here"})
    assert (await desk.run(thread=root["id"]))["thread"] == root["id"]
    entries = [{"allow": False, "principal": "everyone", "permissions": ["room.post"]}]
    await owner.put(f"/messages/{root['id']}/acl", {"items": entries})
    assert await desk.refused(thread=root["id"]) == (403, "thread_closed")
    person = desk.member.user["id"]
    await owner.put(f"/rooms/{desk.room}/sanctions/{person}/mute", {"reason": "Loud", "minutes": 5})
    assert await desk.refused() == (403, "forbidden")
    await owner.delete(f"/rooms/{desk.room}/sanctions/{person}/mute")
    await owner.patch(f"/workspaces/{workspace.id}/bots/{desk.bot['id']}", {"disabled": True})
    assert await desk.refused() == (422, "unknown_command")
    assert (await owner.get(f"/workspaces/{workspace.id}/commands"))["items"] == []
    assert len(await rows_of(desk)) == 1


async def rows_of(desk: Desk) -> list[Json]:
    found: list[Json] = (await desk.member.get("/users/me/invocations"))["items"]
    return found


async def test_slow_mode_counts_commands_and_messages_together(desk: Desk) -> None:
    await desk.workspace.owner.put(f"/rooms/{desk.room}/rules", {"slow_seconds": 600})
    await desk.run()
    assert await desk.refused() == (429, "slow_mode")
    said = await desk.member.refusal("POST", f"/rooms/{desk.room}/messages", {"text": "x"})
    assert said == (429, "slow_mode")
    await desk.run(desk.workspace.owner), await desk.run(desk.workspace.owner)


async def test_only_its_bot_answers_and_only_in_time(desk: Desk, server: Talkoot) -> None:
    done = await desk.run()
    path = f"/invocations/{done['id']}/answer"
    another = await made(desk.workspace)
    _, other = await program(desk.workspace, another)
    async with other:
        for outsider in (other, desk.member, desk.workspace.owner):
            assert await outsider.refusal("PUT", path, {"text": "Me"}) == (404, "not_found")
    for wrong in ({"text": ""}, {"text": "\u0001"}, {"text": "x" * 16_001}, {"text": 1}):
        assert await desk.api.refusal("PUT", path, wrong) == (422, "invalid")
    await server_forgets_time(server, done)
    assert await desk.api.refusal("PUT", path, {"text": "Late"}) == (409, "expired")
    assert await desk.waiting() == []
    assert [(each["state"], each["answer"]) for each in await rows_of(desk)] == [("expired", None)]


async def server_forgets_time(server: Talkoot, done: Json, seconds: int = 1) -> None:
    """As if so much time had passed since it could be answered."""
    moment = time.time_ns() // 1000 - seconds * 1_000_000
    found = await rows(
        server,
        "UPDATE invocations SET expires_at = $1 WHERE id = $2 RETURNING id",
        *(moment, uuid.UUID(done["id"])),
    )
    assert len(found) == 1


async def test_what_was_run_is_forgotten_a_day_later(desk: Desk, server: Talkoot) -> None:
    old, young = await desk.run(), await desk.run()
    await server_forgets_time(server, old, seconds=86_401)
    await server_forgets_time(server, young, seconds=86_000)
    await put_job(server, kind="commands.forget")
    async with asyncio.timeout(PATIENCE):
        while [each["id"] for each in await rows_of(desk)] != [young["id"]]:  # noqa: ASYNC110 - a job does it
            await asyncio.sleep(0.05)


async def test_nobody_is_answered_about_a_room_that_they_left(desk: Desk) -> None:
    owner, private = desk.workspace.owner, await desk.workspace.room(kind="private")
    for user in (desk.bot["id"], desk.member.user["id"]):
        await owner.put(f"/rooms/{private}/members/{user}", expect=204)
    first, second = await desk.run(room=private), await desk.run(room=private)
    await desk.member.post(f"/rooms/{private}/leave", expect=204)
    assert await rows_of(desk) == []
    path = f"/invocations/{first['id']}/answer"
    assert await desk.api.refusal("PUT", path, {"text": "Secret"}) == (404, "not_found")
    await owner.delete(f"/rooms/{private}/members/{desk.bot['id']}")
    assert await desk.waiting() == []
    assert (await desk.api.refusal("PUT", f"/invocations/{second['id']}/answer", {}))[0] == 404


async def test_a_bot_registers_its_own_and_managers_those_of_all(desk: Desk, stranger: Api) -> None:
    workspace, owner = desk.workspace, desk.workspace.owner
    listed = (await desk.member.get(f"/workspaces/{workspace.id}/commands"))["items"]
    assert [(each["name"], each["usage"], each["bot"]["id"]) for each in listed] == [
        ("deploy", "service [version]", desk.bot["id"])
    ]
    assert (await desk.member.get(f"/rooms/{desk.room}/commands"))["items"] == listed
    assert await stranger.refusal("GET", f"/workspaces/{workspace.id}/commands") == (404, "not_found")
    assert await desk.member.refusal("PUT", desk.command("mine"), DEPLOY) == (403, "forbidden")
    assert await desk.member.refusal("DELETE", desk.command()) == (403, "forbidden")
    own = f"/workspaces/{workspace.id}/bots/{desk.member.user['id']}/commands/mine"
    assert await desk.member.refusal("PUT", own, DEPLOY) == (404, "not_found")
    another = await made(workspace)
    assert await desk.api.refusal("PUT", desk.command("theirs", another), DEPLOY) == (403, "forbidden")
    assert await owner.refusal("PUT", desk.command(bot=another), DEPLOY) == (409, "taken")
    assert not [kind for kind in await audited(workspace) if kind.startswith("command.")]
    changed = {"description": "Bring it out", "usage": ""}
    for _ in range(2):
        assert (await owner.put(desk.command(), changed))["description"] == "Bring it out"
    await owner.put(desk.command("roll-back"), DEPLOY)
    await owner.delete(desk.command())
    assert await owner.refusal("DELETE", desk.command()) == (404, "not_found")
    await desk.api.delete(desk.command("roll-back"))
    assert (await audited(workspace))[:3] == ["command.deleted", "command.registered", "command.changed"]
    assert await desk.refused() == (422, "unknown_command")


async def test_who_asks_for_a_name_that_is_taken_is_told_who_has_it(desk: Desk, stranger: Api) -> None:
    owner, bot = desk.workspace.owner, desk.bot
    another = await made(desk.workspace)
    _, other = await program(desk.workspace, another)
    path = desk.command(bot=another)

    async def told(person: Api) -> str:
        answer = await person.ask("PUT", path, DEPLOY)
        assert (answer.status_code, answer.json()["code"]) == (409, "taken")
        return str(answer.json()["detail"])

    async with other:
        for person in (owner, other):
            assert await told(person) == f"@{bot['username']} has the command /deploy"
        await owner.patch(f"/workspaces/{desk.workspace.id}/bots/{bot['id']}", {"disabled": True})
        for listing in (f"/workspaces/{desk.workspace.id}/commands", f"/rooms/{desk.room}/commands"):
            assert (await owner.get(listing))["items"] == []
        for person in (owner, other):
            assert (await told(person)).startswith(
                f"@{bot['username']} has the command /deploy, and is switched off"
            )
        listing = desk.command("")[:-1]
        kept = (await owner.get(listing))["items"]
        assert [(each["name"], each["bot"]["id"]) for each in kept] == [("deploy", bot["id"])]
        for outsider in (other, desk.member):
            assert await outsider.refusal("GET", listing) == (403, "forbidden")
        assert await stranger.refusal("GET", listing) == (404, "not_found")
        await owner.delete(desk.command())
        assert (await owner.get(listing))["items"] == []
        assert (await other.put(path, DEPLOY))["bot"]["id"] == another["id"]
        own = desk.command("", another)[:-1]
        assert [each["name"] for each in (await other.get(own))["items"]] == ["deploy"]


async def audited(workspace: Workspace) -> list[str]:
    return [act["kind"] for act in (await workspace.owner.get(f"/workspaces/{workspace.id}/audit"))["items"]]


async def test_names_and_texts_are_looked_at(desk: Desk) -> None:
    for name in ("Deploy", "1st", "a" * 33, "two%20words", "ünder", "a.b", "-x"):
        assert await desk.api.refusal("PUT", desk.command(name), DEPLOY) == (422, "invalid"), name
    for name in ("invite", "me", "remind", "status"):
        assert await desk.api.refusal("PUT", desk.command(name), DEPLOY) == (409, "built_in"), name
    wrong: list[Json] = [{}, {"description": ""}, {"description": "a\nb"}, {"description": "x" * 201}]
    wrong += [{**DEPLOY, "usage": "x" * 101}, {**DEPLOY, "usage": "a\u202eb"}]
    for body in wrong:
        assert await desk.api.refusal("PUT", desk.command("other"), body) == (422, "invalid"), body
    for more in ({"args": "x" * 4001}, {"args": "\u0001"}, {"cid": "x"}, {"command": "De"}, {"args": None}):
        assert await desk.refused(**more) == (422, "invalid"), more
    socket = await desk.workspace.socket(desk.member)
    for more in ({"args": "x" * 4001}, {"args": "\u0001"}, {"command": "De ploy"}):
        answer = await socket.ask(op="run", room=desk.room, **asked(**more))
        assert (answer["op"], answer["code"]) == ("nack", "invalid"), more
    assert (await desk.run(args=" \n "))["args"] == ""
    assert (await desk.run(args="a\r\nb"))["args"] == "a\nb"


async def test_bots_and_what_waits_for_them_are_bounded(desk: Desk) -> None:
    for number in range(49):
        await desk.api.put(desk.command(f"c{number}"), DEPLOY)
    assert await desk.api.refusal("PUT", desk.command("c50"), DEPLOY) == (409, "too_many")
    await desk.api.put(desk.command("c1"), DEPLOY)
    for number in range(20):
        await desk.run(args=str(number))
    assert await desk.refused() == (409, "too_many")
    first = (await desk.waiting())[0]
    await desk.api.put(f"/invocations/{first}/answer", {}, expect=204)
    await desk.run(desk.workspace.owner)
    await desk.run()


async def test_a_token_for_some_places_is_told_of_those(desk: Desk) -> None:
    elsewhere = await desk.workspace.room()
    for each in (desk.api, desk.member):
        await each.post(f"/rooms/{elsewhere}/join", expect=204)
    here, there = await desk.run(), await desk.run(room=elsewhere)
    _, placed = await program(desk.workspace, desk.bot, places=[desk.room])
    _, reader = await program(desk.workspace, desk.bot, "read")
    async with placed, reader:
        assert [each["id"] for each in (await placed.get("/invocations"))["items"]] == [here["id"]]
        assert (await placed.refusal("PUT", f"/invocations/{there['id']}/answer", {}))[0] == 404
        await placed.put(f"/invocations/{here['id']}/answer", {}, expect=204)
        assert (await reader.refusal("PUT", f"/invocations/{there['id']}/answer", {}))[0] == 403
        assert (await reader.refusal("PUT", desk.command("more"), DEPLOY))[0] == 403
        async with await Socket.of(placed) as socket:
            await desk.run()
            assert [f for f in await socket.settled() if f.get("kind") == "command"] == []


async def test_with_a_bot_its_commands_go(desk: Desk, server: Talkoot) -> None:
    owner = desk.workspace.owner
    done = await desk.run()
    await owner.delete(f"/workspaces/{desk.workspace.id}/bots/{desk.bot['id']}")
    assert (await owner.get(f"/workspaces/{desk.workspace.id}/commands"))["items"] == []
    assert await rows(server, "SELECT 1 FROM invocations WHERE id = $1", uuid.UUID(done["id"])) == []
    successor = await made(desk.workspace)
    assert (await owner.put(desk.command(bot=successor), DEPLOY))["bot"]["id"] == successor["id"]
