"""Reading without an account what everyone may: over HTTP and on the socket, and nothing besides."""

import uuid

import pytest

from tests.chat.test_entries import entry, put_first
from tests.clients import Api, Json, Socket, join, set_up
from tests.posts.blogs import published
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def an_open_room(workspace: Workspace) -> str:
    room = await workspace.room()
    await put_first(workspace, f"/rooms/{room}", entry("everyone", "room.read"))
    return room


async def close(workspace: Workspace, room: str) -> None:
    """Take the first entry away."""
    _, *rest = (await workspace.owner.get(f"/rooms/{room}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in rest]
    await workspace.owner.put(f"/rooms/{room}/acl", {"items": kept})


async def test_who_is_not_signed_in_reads_what_everyone_may(workspace: Workspace, stranger: Api) -> None:
    room, closed = await an_open_room(workspace), await workspace.room()
    root = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "hello, all"})
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "again", "thread": root["id"]})
    hidden = await workspace.owner.post(f"/rooms/{closed}/messages", {"text": "for us"})
    async with Api(workspace.owner.url) as nobody:
        for reader in (nobody, stranger):  # an account does not take away what everyone may
            shown = await reader.get(f"/rooms/{room}")
            assert (shown["member"], shown["permissions"], shown["users"]) == (False, [], [])
            (message,) = (await reader.get(f"/rooms/{room}/messages"))["items"]
            assert message["sender"]["display_name"] == "Owner"
            assert message["sender"].keys() <= {"id", "username", "display_name", "bot"}
            assert len((await reader.get(f"/messages/{root['id']}/thread"))["items"]) == 2
            assert (await reader.get(f"/messages/{root['id']}"))["text"] == "hello, all"
            assert (await reader.get(f"/rooms/{room}/events"))["head"] > 0
        refused = [
            ("GET", f"/rooms/{closed}", None),
            ("GET", f"/rooms/{uuid.uuid4()}", None),
            ("GET", f"/rooms/{closed}/messages", None),
            ("GET", f"/messages/{hidden['id']}", None),
            ("GET", f"/messages/{uuid.uuid4()}", None),
            ("GET", f"/rooms/{room}/members", None),
            ("GET", f"/workspaces/{workspace.id}/rooms", None),
            ("GET", f"/users/{workspace.owner.user['id']}", None),
            ("GET", "/search?q=hello", None),
            ("POST", f"/rooms/{room}/messages", {"text": "x"}),
            ("POST", f"/rooms/{room}/join", {}),
            ("PUT", f"/rooms/{room}/read", {"seq": 1}),
            ("DELETE", f"/messages/{root['id']}", None),
        ]
        for method, path, body in refused:
            assert await nobody.refusal(method, path, body) == (401, "not_authenticated"), path
        for method, path, body in refused:
            if not path.startswith(("/search", "/users")):
                assert (await stranger.ask(method, path, body)).status_code == 404, path


async def test_what_is_read_without_an_account_is_kept_by_nobody_and_counted(workspace: Workspace) -> None:
    room = await an_open_room(workspace)
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "hello"})
    async with Api(workspace.owner.url) as nobody:
        path = f"/rooms/{room}/messages"
        first = await nobody.ask("GET", path)
        assert first.headers["cache-control"] == "no-store"
        again = await nobody.http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        assert "ratelimit-remaining" in first.headers
        await close(workspace, room)
        again = await nobody.http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 401


async def test_on_the_socket_one_listens_without_an_account_until_everyone_may_not(
    workspace: Workspace, member: Api
) -> None:
    room, closed = await an_open_room(workspace), await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    async with await Socket.open(workspace.owner.url) as nobody, await Socket.of(member) as talker:
        await nobody.hello(anonymous=True)
        refused = await nobody.ask(op="sub", rooms=[{"room": closed}])
        assert (refused["op"], refused["code"]) == ("error", "not_found")
        await nobody.subscribe(room)
        await talker.subscribe(room)
        asked: list[Json] = [
            {"op": "send", "room": room, "text": "x", "cid": str(uuid.uuid4())},
            {"op": "typing", "room": room},
            {"op": "presence", "users": [member.user["id"]]},
            {"op": "read", "room": room, "seq": 1},
            {"op": "auth", "token": member.token},
        ]
        for frame in asked:
            assert (await nobody.ask(**frame))["code"] == "not_authenticated", frame
        await talker.push(op="typing", room=room)
        await talker.send(room, "hello")
        assert (await nobody.event("message.created"))["body"]["text"] == "hello"
        assert "typing" not in [frame["op"] for frame in nobody.frames]
        await close(workspace, room)
        assert (await nobody.until(op="gone"))["room"] == room
        await talker.send(room, "among us")
        said = [f["body"].get("text") for f in await nobody.settled() if f["op"] == "ev"]
        assert "among us" not in said


@pytest.mark.parametrize("principal", ["authenticated", "members"])
async def test_everybody_signed_in_is_not_everyone(workspace: Workspace, principal: str) -> None:
    room = await workspace.room()
    await put_first(workspace, f"/rooms/{room}", entry(principal, "room.read"))
    async with Api(workspace.owner.url) as nobody:
        assert await nobody.refusal("GET", f"/rooms/{room}") == (401, "not_authenticated")


async def test_a_server_lets_nobody_read_without_an_account_unless_it_is_told_to(
    talkoot_sqlite: Talkoot,
) -> None:
    owner, workspace = await set_up(talkoot_sqlite.url)
    room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
    there = (await owner.get(f"/rooms/{room}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    await owner.put(f"/rooms/{room}/acl", {"items": [entry("everyone", "room.read"), *kept]})
    body = {"name": "Blog", "kind": "posts"}
    blog = await owner.post(f"/workspaces/{workspace['id']}/rooms", body)
    path = f"/rooms/{blog['id']}/acl"
    there = (await owner.get(path))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    await owner.put(path, {"items": [entry("everyone", "room.read"), *kept]})
    aside = (await owner.post("/workspaces", {"name": "Aside"}))["id"]
    async with owner, Api(owner.url) as nobody, await join(owner, aside, "stranger") as stranger:
        assert (await nobody.get("/auth/session"))["anonymous_readers"] is False
        assert await nobody.refusal("GET", f"/rooms/{room}") == (401, "not_authenticated")
        assert await stranger.refusal("GET", f"/rooms/{room}") == (404, "not_found")
        post = await published(owner, blog["id"])
        for person in (nobody, owner):  # the map is for who has no account, whoever asks
            answer = await person.http.get(f"{owner.url}/sitemap.xml")
            assert (answer.status_code, post["path"] in answer.text) == (200, False)
        async with await Socket.open(owner.url) as socket:
            await socket.push(op="hello", anonymous=True)
            assert (await socket.closed())[0] == 4401
