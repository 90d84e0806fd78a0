"""An account is deleted: nothing tells of the person any more, and the logs have no hole."""

from uuid import UUID

from tests.accounts.browsers import Web
from tests.attachments import upload
from tests.clients import PASSWORD, Api, Json
from tests.job_rows import in_an_hour, rows
from tests.servers.talkoot import Talkoot
from tests.tokens.bots import run, with_command
from tests.waiting import eventually
from tests.workspaces import Workspace


async def gone(owner: Api, message: str) -> Json:
    """The message, once its author is nobody."""

    async def look() -> Json | None:
        found: Json = await owner.get(f"/messages/{message}")
        return found if found["sender"]["display_name"] == "Deleted user" else None

    made: Json = await eventually(look)
    return made


async def keep_something(workspace: Workspace, person: Api, said: Json) -> None:
    await person.put(f"/messages/{said['id']}/saved", expect=204)
    laid, later = [(await upload(person, said["room"]))["id"] for _ in range(2)]
    await person.put(f"/drafts/{said['room']}", {"text": "and I", "version": 0, "attachments": [laid]})
    planned = {"text": "later", "at": in_an_hour(), "attachments": [later]}
    await person.post(f"/rooms/{said['room']}/scheduled", planned)
    await person.patch("/users/me/letters", {"messages": False})
    await (await with_command(workspace, said["room"]))[1].close()
    await run(person, said["room"])
    await person.put(f"/rooms/{said['room']}/notifications", {"level": "all"}, expect=204)


async def test_nothing_is_left_of_a_person_but_what_they_wrote(workspace: Workspace, server: Talkoot) -> None:
    owner, person = workspace.owner, await workspace.member("leaver")
    room = await workspace.room("garden")
    await person.post(f"/rooms/{room}/join", expect=204)
    await person.patch("/users/me", {"email": f"{person.user['username']}@example.org"})
    said = await person.post(f"/rooms/{room}/messages", {"text": "I was here"})
    await keep_something(workspace, person, said)
    socket = await workspace.socket(person, room)
    watcher = await workspace.socket(owner, room)
    await watcher.ask(op="presence", users=[person.user["id"]])
    await person.post("/users/me/deletion", {"at_once": True}, expect=202)
    assert (await socket.closed())[0] == 4401
    notice = await watcher.until(op="notice", kind="person")
    assert (notice["user"]["id"], notice["user"]["display_name"]) == (person.user["id"], "Deleted user")
    message = await gone(owner, said["id"])
    assert (message["text"], message["deleted"]) == ("I was here", False)
    left = await watcher.event("member.left")
    assert left["body"]["user"] == person.user["id"]
    shown = await owner.get(f"/rooms/{room}/messages")
    assert shown["items"][0]["sender"] == message["sender"]
    log = await owner.get(f"/rooms/{room}/events")
    assert [each["seq"] for each in log["events"]] == list(range(1, log["head"] + 1))
    assert await person.refusal("GET", "/users/me") == (401, "not_authenticated")
    name = person.user["username"]
    form = {"grant_type": "password", "username": name, "password": PASSWORD}
    assert (await owner.http.post("/auth/token", data=form)).status_code == 401
    acts = (await owner.get("/audit", subject=person.user["id"]))["items"]
    assert [act["kind"] for act in acts] == ["account.deleted", "account.deletion_asked"]
    assert name not in str(acts)
    await nothing_is_known(server, person)
    await name_is_free(workspace, name)


async def test_what_somebody_made_for_others_ends_with_them(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    owner, person = workspace.owner, await workspace.member("host")
    users = {"users": [owner.user["id"]]}
    direct = await person.post(f"/workspaces/{workspace.id}/direct", users)
    said = await person.post(f"/rooms/{direct['id']}/messages", {"text": "between us"})
    invite = await person.post(f"/workspaces/{workspace.id}/invites")
    await person.post("/users/me/export", expect=202)
    await person.post("/users/me/deletion", {"at_once": True}, expect=202)
    await gone(owner, said["id"])
    shown = await owner.get(f"/rooms/{direct['id']}")
    assert "Deleted user" in [user["display_name"] for user in shown["users"]]
    async with Api(owner.url) as nobody:
        assert (await nobody.refusal("GET", f"/invites/{invite['token']}"))[0] in {403, 404}


async def test_who_wants_takes_along_what_they_wrote(workspace: Workspace) -> None:
    owner, person = workspace.owner, await workspace.member("eraser")
    rooms = [await workspace.room("one"), await workspace.room("two")]
    for room in rooms:
        await person.post(f"/rooms/{room}/join", expect=204)
        for n in range(3):
            said = await person.post(f"/rooms/{room}/messages", {"text": f"mine {n}"})
            reply = await owner.post(f"/rooms/{room}/messages", {"text": "not mine", "thread": said["id"]})
            for someone in (person, owner):
                await someone.put(f"/messages/{reply['id']}/reactions/👍", expect=204)
    body = {"messages": "delete", "at_once": True}
    await person.post("/users/me/deletion", body, expect=202)

    async def erased() -> bool:
        logs = [await owner.get(f"/rooms/{room}/events") for room in rooms]
        return all("mine" not in texts(log, person) for log in logs)

    await eventually(erased)
    for room in rooms:
        page = (await owner.get(f"/rooms/{room}/messages"))["items"]
        assert [(each["deleted"], each["text"], each["reply_count"]) for each in page] == [(True, "", 1)] * 3
        (_, reply) = (await owner.get(f"/messages/{page[0]['id']}/thread"))["items"]
        assert reply["reactions"] == [{"emoji": "👍", "count": 1, "users": [owner.user["id"]]}]
        log = await owner.get(f"/rooms/{room}/events")
        assert [each["seq"] for each in log["events"]] == list(range(1, log["head"] + 1))


def texts(log: Json, person: Api) -> str:
    return " ".join(str(each["body"]) for each in log["events"] if each["sender"] == person.user["id"])


async def nothing_is_known(server: Talkoot, person: Api) -> None:
    """No table but that of users knows the id as somebody's, and that one has no name for it."""
    id_ = UUID(person.user["id"])
    tables = ["memberships", "read_positions", "exports", "identities", "sessions"]
    tables += ["drafts", "saved_messages", "thread_follows", "scheduled_messages"]
    tables += ["poll_votes", "invocations"]
    tables += ["letter_choices", "digest_items", "notifications", "notification_levels"]
    tables += ["statuses", "read_choices"]
    unsent = "SELECT 1 FROM files WHERE owner_id = $1 AND state <> 'gone'"
    assert await rows(server, unsent, id_) == []
    for table in tables:
        assert await rows(server, f"SELECT 1 FROM {table} WHERE user_id = $1", id_) == []  # noqa: S608
    ((username, email, password),) = await rows(
        server, "SELECT username, email, password_hash FROM users WHERE id = $1", id_
    )
    assert username.startswith("deleted-")
    assert (email, password) == (None, None)


async def name_is_free(workspace: Workspace, name: str) -> None:
    """The name and the address open a new account."""
    link = await workspace.owner.post(f"/workspaces/{workspace.id}/invites")
    async with Api(workspace.owner.url) as nobody:
        form = {"invite": link["token"], "username": name, "display_name": "New", "password": PASSWORD}
        await nobody.post("/auth/register", form)
        async with await nobody.sign_in(name) as newcomer:
            await newcomer.patch("/users/me", {"email": f"{name}@example.org"})


async def test_signing_in_again_keeps_the_account(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    owner, person = workspace.owner, await workspace.member("doubter")
    name = person.user["username"]
    path = "/users/me/deletion"
    async with Web(owner.url) as web:
        await web.sign_in(name)
        planned = await web.call("POST", path, {}, expect=202)
        assert planned["delete_at"] > "2026"
        assert (await web.ask("GET", "/users/me")).status_code == 401
    assert await person.refusal("GET", "/users/me") == (401, "not_authenticated")
    async with await owner.sign_in(name) as again:
        assert (await again.get("/users/me"))["username"] == name
    acts = (await owner.get("/audit", subject=person.user["id"]))["items"]
    assert [act["kind"] for act in acts] == ["account.deletion_cancelled", "account.deletion_asked"]


async def test_an_owner_of_the_installation_deletes_others_and_changes_their_mind(
    workspace_sqlite: Workspace,
) -> None:
    workspace = workspace_sqlite
    owner, person, other = workspace.owner, await workspace.member("unwanted"), await workspace.member()
    room = await workspace.room("garden")
    await person.post(f"/rooms/{room}/join", expect=204)
    said = await person.post(f"/rooms/{room}/messages", {"text": "still here"})
    await person.patch("/users/me/letters", {"messages": False})
    path, name = f"/users/{person.user['id']}/deletion", person.user["username"]
    assert await other.refusal("POST", path, {}) == (404, "not_found")
    await owner.post(path, expect=202)
    form = {"grant_type": "password", "username": name, "password": PASSWORD}
    assert (await owner.http.post("/auth/token", data=form)).status_code == 401
    await owner.delete(path)
    assert await owner.refusal("DELETE", path) == (409, "conflict")
    async with await owner.sign_in(name) as kept:
        assert (await kept.get("/users/me"))["username"] == name
        assert (await kept.get("/users/me/letters"))["messages"] is False  # what one has ended stays so
    await owner.post(path, {"at_once": True}, expect=202)
    await gone(owner, said["id"])
    assert await owner.refusal("POST", path, {}) == (409, "conflict")
    assert await owner.refusal("POST", f"/users/{owner.user['id']}/deletion", {}) == (409, "conflict")


async def test_the_only_owner_of_a_workspace_stays(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    owner, person = workspace.owner, await workspace.member("landlord")
    role = f"/workspaces/{workspace.id}/members/{person.user['id']}"
    await owner.put(role, {"role": "owner"}, expect=204)
    made = await person.post("/workspaces", {"name": "Lonely"})
    path, body = "/users/me/deletion", {"at_once": True}
    assert await person.refusal("POST", path, body) == (409, "only_owner")
    assert await owner.refusal("POST", f"/users/{person.user['id']}/deletion", {}) == (409, "only_owner")
    invite = await person.post(f"/workspaces/{made['id']}/invites")
    await owner.post(f"/invites/{invite['token']}/accept", expect=200)
    theirs = f"/workspaces/{made['id']}/members/{owner.user['id']}"
    await person.put(theirs, {"role": "owner"}, expect=204)
    await person.post(path, body, expect=202)
