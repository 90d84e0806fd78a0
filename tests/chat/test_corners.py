"""Corners in which one rule meets another: what was promised holds there too."""

import asyncio
import uuid

from tests.clients import Api, join, set_up
from tests.conftest import Serve
from tests.locked_tables import locked
from tests.servers.molds import MIGRATED
from tests.servers.postgres import Postgres
from tests.workspaces import Workspace

GIVEN = ["room.read", "room.post"]


async def test_who_left_the_workspace_has_nothing_in_it_whatever_an_entry_says(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room(kind="private")
    given = {"allow": True, "permissions": GIVEN}
    entries = [
        given | {"principal": "user", "principal_id": member.user["id"]},
        given | {"principal": "authenticated"},
        {"allow": True, "principal": "role", "permissions": ["access.manage"]}
        | {
            "principal_id": (await workspace.owner.get(f"/workspaces/{workspace.id}/roles"))["items"][0]["id"]
        },
    ]
    await workspace.owner.put(f"/rooms/{room}/acl", {"items": entries})
    socket = await workspace.socket(member, room)
    await workspace.owner.delete(f"/workspaces/{workspace.id}/members/{member.user['id']}")
    await socket.until(op="gone", room=room)
    assert await member.refusal("GET", f"/rooms/{room}/messages") == (404, "not_found")
    answer = await member.refusal("POST", f"/rooms/{room}/messages", {"text": "still here"})
    assert answer == (404, "not_found")


async def test_a_cid_is_one_thing_for_ever_though_it_was_deleted(workspace: Workspace, member: Api) -> None:
    room, cid = await workspace.room(), str(uuid.uuid4())
    socket = await workspace.socket(member, room)
    sent = await socket.send(room, "first")
    edited = await socket.ask(op="edit", message=sent["id"], text="second", cid=cid)
    assert edited["op"] == "ack"
    await socket.ask(op="delete", message=sent["id"])
    refused = await socket.send(room, "another", cid)
    assert (refused["op"], refused["code"]) == ("nack", "conflict")
    body = {"text": "another", "cid": cid}
    assert await member.refusal("POST", f"/rooms/{room}/messages", body) == (409, "conflict")
    other = await socket.send(room, "other", str(uuid.uuid4()))
    used = await socket.ask(op="edit", message=other["id"], text="x", cid=sent["cid"])
    assert (used["op"], used["code"]) == ("nack", "conflict")


async def test_a_retry_is_answered_though_one_may_send_no_more(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member)
    sent = await socket.send(room, "before")
    await workspace.owner.patch(f"/rooms/{room}", {"archived": True})
    again = await socket.send(room, "before", sent["cid"])
    assert (again["op"], again["seq"], again["dup"]) == ("ack", sent["seq"], True)
    assert (await socket.send(room, "after"))["code"] == "forbidden"


async def test_nobody_stands_above_the_people_of_a_direct_room(workspace: Workspace, member: Api) -> None:
    path = f"/workspaces/{workspace.id}/direct"
    direct = await workspace.owner.post(path, {"users": [member.user["id"]]})
    opened = {"items": [{"allow": True, "principal": "everyone", "permissions": GIVEN}]}
    for person in (workspace.owner, member):
        answer = await person.refusal("PUT", f"/rooms/{direct['id']}/acl", opened)
        assert answer == (403, "forbidden")
        assert await person.refusal("PATCH", f"/rooms/{direct['id']}", {"name": "x"}) == (403, "forbidden")


async def test_explain_knows_of_archiving(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await workspace.owner.delete(f"/rooms/{room}")
    asked = {"user": member.user["id"], "permission": "room.post"}
    told = await workspace.owner.get(f"/rooms/{room}/acl/explain", **asked)
    assert (told["allowed"], told["archived"], told["decided_by"]) == (False, True, None)


async def test_a_category_that_one_may_not_know_of_is_not_listed(workspace: Workspace, member: Api) -> None:
    path = f"/workspaces/{workspace.id}/categories"
    hidden = await workspace.owner.post(path, {"name": "hidden"})
    deny = {"allow": False, "principal": "user", "principal_id": member.user["id"]}
    await workspace.owner.put(
        f"/categories/{hidden['id']}/acl", {"items": [deny | {"permissions": ["workspace.read"]}]}
    )
    assert (await member.get(path))["items"] == []
    assert [c["id"] for c in (await workspace.owner.get(path))["items"]] == [hidden["id"]]


async def test_what_is_read_slowly_is_not_shown_to_who_lost_access_meanwhile(
    serve: Serve, own_postgres: Postgres
) -> None:
    name = own_postgres.create_database(MIGRATED)
    talkoot = serve("sqlite", database_url=own_postgres.url(name), readers="8")
    owner, workspace = await set_up(talkoot.url)
    member = await join(owner, workspace["id"], "member")
    made = await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "closed", "kind": "private"})
    path = f"/rooms/{made['id']}"
    await owner.put(f"{path}/members/{member.user['id']}", expect=204)
    assert await member.get(path)  # what they may do is known from here on; the messages are not
    async with locked(own_postgres.url(name), "messages") as wanted:
        reading = asyncio.create_task(member.ask("GET", f"{path}/messages"))
        await wanted()
        await owner.delete(f"{path}/members/{member.user['id']}")
    answer = await reading
    assert answer.status_code == 404, answer.text
    for person in (owner, member):
        await person.close()
