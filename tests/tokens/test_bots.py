"""Bots: made by who manages members, in with tokens only, shown as what they are, gone when they leave."""

import re
import uuid

from tests.clients import PASSWORD, Api, Socket
from tests.tokens.bots import made, program, tokens
from tests.workspaces import Workspace

FORM = re.compile(r"talkoot_bot_[0-9A-Za-z]{55}")


async def test_row_23_a_bot_is_shown_as_one_and_nobody_else_can_be(workspace: Workspace) -> None:
    person, room = await workspace.member(), await workspace.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    bot = await made(workspace)
    assert (bot["bot"], bot["owner"]["id"], bot["role"]) == (True, workspace.owner.user["id"], "member")
    assert (await person.get(f"/workspaces/{workspace.id}/bots"))["items"] == [bot]
    token, api = await program(workspace, bot)
    assert FORM.fullmatch(token["token"])
    async with api, await Socket.of(api) as socket:
        assert socket.welcome["user"]["bot"] is True
        await api.post(f"/rooms/{room}/join", expect=204)
        await socket.subscribe(room)
        text = {"text": "Deployed", "bot": False, "is_bot": False, "sender": {"bot": False}}
        assert (await api.post(f"/rooms/{room}/messages", text))["sender"]["bot"] is True
        text = {"text": "I am one too", "bot": True, "is_bot": True, "sender": {"bot": True}}
        assert (await person.post(f"/rooms/{room}/messages", text))["sender"]["bot"] is False
        assert (await socket.send(room, "Over the socket", is_bot=False))["op"] == "ack"
    page = (await person.get(f"/rooms/{room}/messages"))["items"]
    assert [message["sender"]["bot"] for message in page] == [True, False, True]
    members = (await person.get(f"/workspaces/{workspace.id}/members"))["items"]
    assert [m["user"]["bot"] for m in members if m["user"]["id"] == bot["id"]] == [True]


async def test_row_24_and_25_tokens_of_a_bot_are_for_who_looks_after_it(workspace: Workspace) -> None:
    person, bot = await workspace.member(), await made(workspace)
    token, api = await program(workspace, bot)
    path = tokens(workspace, bot)
    async with api, await Socket.of(api) as socket:
        listed = await workspace.owner.get(path)
        assert [each["id"] for each in listed["items"]] == [token["id"]]
        assert token["token"] not in str(listed)
        wanted = {"name": "x", "scopes": ["read"]}
        for outsider in (person, api):
            assert (await outsider.ask("GET", path)).status_code == 403
            assert (await outsider.ask("POST", path, wanted)).status_code == 403
            assert (await outsider.ask("DELETE", f"{path}/{token['id']}")).status_code == 403
        assert (await api.ask("POST", "/users/me/tokens", wanted)).status_code == 403
        assert (await api.ask("PATCH", "/users/me", {"display_name": "x"})).status_code == 403
        rotated = await workspace.owner.post(f"{path}/{token['id']}/rotate", expect=200)
        assert (await socket.closed(2))[0] == 4401
        assert (await api.ask("GET", "/users/me")).status_code == 401
        await workspace.owner.delete(f"{path}/{rotated['id']}")
    kinds = [act["kind"] for act in (await workspace.owner.get(f"/workspaces/{workspace.id}/audit"))["items"]]
    assert kinds[:4] == ["token.revoked", "token.rotated", "token.made", "bot.made"]


async def test_nobody_rises_by_a_bot(workspace_sqlite: Workspace) -> None:
    owner, base = workspace_sqlite.owner, f"/workspaces/{workspace_sqlite.id}"
    helper = await workspace_sqlite.member()
    wanted = {"name": "helper", "permissions": ["workspace.read", "members.manage"]}
    await owner.post(f"{base}/roles", wanted)
    await owner.put(f"{base}/members/{helper.user['id']}", {"role": "helper"}, expect=204)
    body = {"username": f"bot{uuid.uuid4().hex[:8]}", "display_name": "Up", "role": "admin"}
    assert await helper.refusal("POST", f"{base}/bots", body) == (403, "forbidden")
    assert await owner.refusal("POST", f"{base}/bots", body | {"role": "owner"}) == (422, "invalid")
    bot = await made(workspace_sqlite, "admin")
    wanted = {"name": "x", "scopes": ["read"]}
    assert await helper.refusal("POST", tokens(workspace_sqlite, bot), wanted) == (403, "forbidden")
    assert await helper.refusal("DELETE", f"{base}/bots/{bot['id']}") == (403, "forbidden")


async def test_nobody_reads_with_a_token_of_a_bot_what_is_closed_to_them(workspace: Workspace) -> None:
    base = f"/workspaces/{workspace.id}"
    bot, admin, member = await made(workspace), await workspace.member(), await workspace.member()
    await workspace.owner.put(f"{base}/members/{admin.user['id']}", {"role": "admin"}, expect=204)
    room, path = await workspace.room("open"), tokens(workspace, bot)
    first = await admin.post(path, {"name": "before", "scopes": ["read"]})
    secret = await member.post(f"{base}/rooms", {"name": f"x{uuid.uuid4().hex[:8]}", "kind": "private"})
    await member.put(f"/rooms/{secret['id']}/members/{bot['id']}", expect=204)
    for places in (None, [workspace.id], [secret["id"]]):
        wanted = {"name": "after", "scopes": ["read"], "places": places}
        assert await admin.refusal("POST", path, wanted) == (403, "forbidden"), places
    assert await admin.refusal("POST", f"{path}/{first['id']}/rotate") == (403, "forbidden")
    cut = await admin.post(path, {"name": "after", "scopes": ["read"], "places": [room]})
    await admin.post(f"{path}/{cut['id']}/rotate", expect=200)
    await workspace.owner.post(path, {"name": "mine", "scopes": ["read"]})  # who made it looks after it


async def test_a_bot_comes_in_with_tokens_only_and_ends_with_its_membership(workspace: Workspace) -> None:
    owner, base = workspace.owner, f"/workspaces/{workspace.id}"
    bot, other = await made(workspace), await made(workspace, "guest")
    renamed = await owner.patch(f"{base}/bots/{bot['id']}", {"display_name": "Builds"})
    assert renamed == bot | {"display_name": "Builds"}
    async with Api(owner.url) as nobody:
        for password in ("", PASSWORD):
            form = {"grant_type": "password", "username": bot["username"], "password": password}
            assert (await nobody.http.post("/auth/token", data=form)).status_code in {401, 422}
            answer = await nobody.ask(
                "POST", "/auth/login", {"username": bot["username"], "password": password}
            )
            assert answer.status_code in {401, 422}
    ways = ((bot, f"{base}/bots/{bot['id']}"), (other, f"{base}/members/{other['id']}"))
    for gone, way in ways:
        _, api = await program(workspace, gone)
        async with api, await Socket.of(api) as socket:
            await owner.delete(way)
            assert (await socket.closed(2))[0] == 4401
            assert (await api.ask("GET", "/users/me")).status_code == 401
        assert await owner.refusal("GET", tokens(workspace, gone)) == (404, "not_found")
    assert (await owner.get(f"{base}/bots"))["items"] == []


async def test_a_bot_is_switched_off_and_on(workspace: Workspace) -> None:
    owner, base = workspace.owner, f"/workspaces/{workspace.id}"
    bot = await made(workspace)
    path = f"{base}/bots/{bot['id']}"
    _, api = await program(workspace, bot)
    async with api, await Socket.of(api) as socket:
        assert (await owner.patch(path, {"disabled": True}))["disabled"] is True
        assert (await socket.closed(2))[0] == 4401
        assert (await api.ask("GET", "/users/me")).status_code == 401
        wanted = {"name": "x", "scopes": ["read"]}
        assert await owner.refusal("POST", tokens(workspace, bot), wanted) == (409, "bot_off")
        assert [each["disabled"] for each in (await owner.get(f"{base}/bots"))["items"]] == [True]
        assert (await owner.patch(path, {"disabled": False}))["disabled"] is False
        assert (await api.ask("GET", "/users/me")).status_code == 401  # its tokens have ended
    _, api = await program(workspace, bot)
    async with api:
        await api.get("/users/me")
    await owner.patch(path, {"disabled": True})
    await owner.delete(path)  # one that is off can be removed too
    assert (await owner.get(f"{base}/bots"))["items"] == []
    kinds = [act["kind"] for act in (await owner.get(f"{base}/audit"))["items"]]
    assert kinds[:3] == ["member.removed", "bot.switched_off", "token.made"]
    assert kinds.count("bot.switched_on") == 1


async def test_a_bot_outlives_who_made_it(workspace: Workspace) -> None:
    owner, base = workspace.owner, f"/workspaces/{workspace.id}"
    maker, other = await workspace.member(), await workspace.member()
    for admin in (maker, other):
        await owner.put(f"{base}/members/{admin.user['id']}", {"role": "admin"}, expect=204)
    body = {"username": f"bot{uuid.uuid4().hex[:8]}", "display_name": "Deploys"}
    bot = await maker.post(f"{base}/bots", body)
    path = f"{base}/bots/{bot['id']}"
    token = await maker.post(f"{path}/tokens", {"name": "x", "scopes": ["read"]})
    secret = await maker.post(f"{base}/rooms", {"name": f"x{uuid.uuid4().hex[:8]}", "kind": "private"})
    await maker.put(f"/rooms/{secret['id']}/members/{bot['id']}", expect=204)
    assert bot["ownerless"] is False
    await owner.put(f"{base}/members/{maker.user['id']}", {"role": "member"}, expect=204)
    (seen,) = (await other.get(f"{base}/bots"))["items"]
    assert (seen["ownerless"], seen["owner"]["id"]) == (True, maker.user["id"])
    async with Api(owner.url, token["token"]) as program:
        await program.get("/users/me")  # it goes on
    # Who owns a bot reads with it what it reads.
    assert await other.refusal("PATCH", path, {"take_over": True}) == (403, "forbidden")
    await maker.delete(f"/rooms/{secret['id']}/members/{bot['id']}")
    taken = await other.patch(path, {"take_over": True})
    assert (taken["ownerless"], taken["owner"]["id"]) == (False, other.user["id"])
    assert (await owner.get(f"{base}/audit"))["items"][0]["kind"] == "bot.taken_over"
