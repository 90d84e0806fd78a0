"""All that is known of a person, in a file that only they can fetch."""

import asyncio
import io
import json
import zipfile
from typing import Any

from tests.accounts.authenticators import Authenticator
from tests.accounts.test_passkeys import local
from tests.clients import Api, Json
from tests.job_rows import put_job, rows
from tests.servers.talkoot import Talkoot
from tests.tokens.bots import run, with_command
from tests.waiting import eventually
from tests.workspaces import Workspace


async def ready(person: Api, export: str) -> Json:
    async def look() -> Json | None:
        items = (await person.get("/exports"))["items"]
        found = next(item for item in items if item["id"] == export)
        assert found["state"] != "failed"
        return dict(found) if found["state"] == "ready" else None

    made: Json = await eventually(look)
    return made


async def fetch(person: Api, export: str) -> zipfile.ZipFile:
    link = await person.post(f"/exports/{export}/link", expect=200)
    answer = await person.ask("GET", link["path"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def lines(archive: zipfile.ZipFile, name: str) -> list[Any]:
    return [json.loads(line) for line in archive.read(name).splitlines()]


def only_own(archive: zipfile.ZipFile) -> tuple[str, str]:
    """The one draft, and the one message that is saved."""
    (draft,), (kept,) = lines(archive, "drafts.jsonl"), lines(archive, "saved.jsonl")
    return draft["text"], kept["message"]


async def read_and_react(person: Api, message: Json) -> None:
    await person.put(f"/rooms/{message['room']}/read", {"seq": message["seq"]})
    await person.put(f"/messages/{message['id']}/reactions/👍", expect=204)
    await person.put(f"/messages/{message['id']}/saved", expect=204)
    await person.put(f"/drafts/{message['room']}", {"text": "begun", "version": 0})


async def test_a_file_has_all_of_ones_own_and_nothing_of_others(workspace: Workspace) -> None:
    owner, person = workspace.owner, await workspace.member("exporter")
    room, secret = await workspace.room("garden"), await workspace.room("cellar", "private")
    await person.post(f"/rooms/{room}/join", expect=204)
    await owner.put(f"/rooms/{secret}/members/{person.user['id']}", expect=204)
    said = await person.post(f"/rooms/{room}/messages", {"text": "first"})
    await person.patch(f"/messages/{said['id']}", {"text": "second"})
    reply = await person.post(f"/rooms/{room}/messages", {"text": "a reply", "thread": said["id"]})
    hidden = await person.post(f"/rooms/{secret}/messages", {"text": "down here"})
    gone = await person.post(f"/rooms/{room}/messages", {"text": "regretted"})
    await person.delete(f"/messages/{gone['id']}")
    await owner.post(f"/rooms/{room}/messages", {"text": "of somebody else"})
    await read_and_react(person, said)
    await owner.put(f"/rooms/{room}/sanctions/{person.user['id']}/mute", {"reason": "loud"})
    await owner.delete(f"/rooms/{secret}/members/{person.user['id']}")

    asked = await person.post("/users/me/export", expect=202)
    assert (await ready(person, asked["id"]))["percent"] == 100
    archive = await fetch(person, asked["id"])
    (profile,), (_session,) = lines(archive, "profile.jsonl"), lines(archive, "sessions.jsonl")
    assert (archive.testzip(), profile["username"]) == (None, person.user["username"])
    names = {line["id"]: line["name"] for line in lines(archive, "rooms.jsonl")}
    assert (room in names, secret in names) == (True, False)  # row 15: it was taken away before
    messages = {line["id"]: line for line in lines(archive, "messages.jsonl")}
    assert messages.keys() == {said["id"], reply["id"], hidden["id"], gone["id"]}
    assert [text["text"] for text in messages[said["id"]]["texts"]] == ["first", "second"]
    assert (messages[said["id"]]["room_name"], messages[hidden["id"]]["room_name"]) == (names[room], None)
    assert (messages[gone["id"]]["text"], messages[gone["id"]]["deleted"]) == ("", True)
    assert (lines(archive, "reactions.jsonl"), *only_own(archive)) == (
        [{"room": room, "message": said["id"], "emoji": "👍"}],
        "begun",
        said["id"],
    )
    assert [(each["kind"], each["reason"]) for each in lines(archive, "sanctions.jsonl")] == [
        ("mute", "loud")
    ]
    assert b"of somebody else" not in b"".join(archive.read(name) for name in archive.namelist())
    assert all(name in archive.read("index.html").decode() for name in archive.namelist()[:-1])


async def test_edits_that_a_moderator_is_to_see_are_in_it(workspace_sqlite: Workspace) -> None:
    workspace, owner = workspace_sqlite, workspace_sqlite.owner
    person, other = await workspace.member("editor"), await workspace.member("reader")
    room = await workspace.room()
    said = [await each.post(f"/rooms/{room}/messages", {"text": "old"}) for each in (person, person, other)]
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    held = []
    for who, message in zip((person, person, other), said, strict=True):
        held.append(await who.patch(f"/messages/{message['id']}", {"text": "of who edits"}, expect=202))
    await owner.post(f"/rooms/{room}/held/{held[1]['id']}/reject", {"reason": "no"}, expect=200)
    asked = await person.post("/users/me/export", expect=202)
    await ready(person, asked["id"])
    found = lines(await fetch(person, asked["id"]), "held.jsonl")
    assert [(line["id"], line["edits"], line["message"], line["text"]) for line in found] == [
        (held[number]["id"], said[number]["id"], None, "of who edits") for number in range(2)
    ]
    assert [(line["state"], line["reason"]) for line in found] == [("waiting", None), ("rejected", "no")]


async def test_posts_threads_letters_and_browsers_are_in_it(workspace: Workspace) -> None:
    person, other = await workspace.member("writer"), await workspace.member("reader")
    room, blog = await workspace.room(), await workspace.room(kind="posts")
    for each in (person, other):
        for place in (room, blog):
            await each.post(f"/rooms/{place}/join", expect=204)
    draft = {"title": "Not yet", "text": "nobody has seen it", "tags": ["Rain"]}
    await person.post(f"/rooms/{blog}/posts", draft)
    await other.post(f"/rooms/{blog}/posts", {"title": "Theirs", "text": "of somebody else"})
    root = await other.post(f"/rooms/{room}/messages", {"text": "root"})
    await person.put(f"/messages/{root['id']}/follow", {"level": "mentions"})
    await person.patch("/users/me/letters", {"messages": False})
    asked = await person.post("/users/me/export", expect=202)
    await ready(person, asked["id"])
    archive = await fetch(person, asked["id"])
    (post,) = lines(archive, "posts.jsonl")
    told = (post["state"], post["title"], post["text"], post["tags"], post["published_at"])
    assert told == ("draft", "Not yet", "nobody has seen it", ["Rain"], None)
    (thread,), (letters,) = lines(archive, "threads.jsonl"), lines(archive, "letters.jsonl")
    assert (thread["thread"], thread["followed"], thread["level"]) == (root["id"], True, "mentions")
    assert letters["messages"] is False
    assert lines(archive, "browsers.jsonl") == []


async def test_votes_status_commands_and_what_one_tells_of_reading_are_in_it(workspace: Workspace) -> None:
    person = await workspace.member("voter")
    room = await workspace.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    for anonymous in (False, True):
        poll = {"question": "Which?", "options": ["this", "that"], "anonymous": anonymous}
        asked = await workspace.owner.post(f"/rooms/{room}/messages", {"poll": poll})
        await person.put(f"/messages/{asked['id']}/poll/vote", {"options": [0 if anonymous else 1]})
    await person.put("/users/me/status", {"text": "on a train"}, expect=204)
    await (await with_command(workspace, room))[1].close()
    await run(person, room, "web 1.2")
    await person.patch("/users/me/reads", {"share": False})
    export = await person.post("/users/me/export", expect=202)
    await ready(person, export["id"])
    archive = await fetch(person, export["id"])
    assert [vote["option"] for vote in lines(archive, "votes.jsonl")] == ["that"]
    assert [status["text"] for status in lines(archive, "status.jsonl")] == ["on a train"]
    assert lines(archive, "reads.jsonl") == [{"share": False}]
    (ran,) = lines(archive, "commands.jsonl")
    assert (ran["command"], ran["args"], ran["answer"]) == ("deploy", "web 1.2", None)


async def test_passkeys_are_in_it_by_their_names(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member("keeper")
    async with Api(local(person.url), person.token) as here:
        key = Authenticator(here.url).make(await here.call("POST", "/users/me/passkeys/start"))
        await here.post("/users/me/passkeys", {"name": "My laptop", **key})
    asked = await person.post("/users/me/export", expect=202)
    await ready(person, asked["id"])
    passkey, codes = lines(await fetch(person, asked["id"]), "second_factors.jsonl")
    assert (passkey["kind"], passkey["name"], codes["left"]) == ("passkey", "My laptop", 10)


async def test_only_who_asked_can_fetch_it_once_in_one_session(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    person, other = await workspace.member("careful"), await workspace.member("curious")
    export = (await person.post("/users/me/export", expect=202))["id"]
    await ready(person, export)
    link = f"/exports/{export}/link"
    assert await other.refusal("POST", link) == (404, "not_found")
    assert await other.refusal("DELETE", f"/exports/{export}") == (404, "not_found")
    assert (await other.get("/exports"))["items"] == []
    path = (await person.post(link, expect=200))["path"]
    assert await other.refusal("GET", path) == (404, "not_found")
    async with await person.sign_in(person.user["username"]) as elsewhere:
        assert await elsewhere.refusal("GET", path) == (404, "not_found")
    async with Api(person.url) as nobody:
        assert (await nobody.ask("GET", path)).status_code == 401
    found = await asyncio.gather(*(person.ask("GET", path) for _ in range(5)))
    assert sorted(answer.status_code for answer in found) == [200, 404, 404, 404, 404]
    await person.delete(f"/exports/{export}")
    assert await person.refusal("POST", link) == (404, "not_found")


async def test_row_22_who_lost_the_right_meanwhile_gets_nothing(
    workspace: Workspace, server: Talkoot
) -> None:
    owner, person = workspace.owner, await workspace.member("watched")
    first = min(item["id"] for item in (await owner.get("/workspaces"))["items"])
    helper = await workspace.member("helper")
    invite = await owner.post(f"/workspaces/{first}/invites")
    await helper.post(f"/invites/{invite['token']}/accept", expect=200)
    role = f"/workspaces/{first}/members/{helper.user['id']}"
    path = f"/users/{person.user['id']}/export"
    assert await helper.refusal("POST", path, {}) == (403, "forbidden")
    assert await person.refusal("POST", path, {}) == (404, "not_found")
    await owner.put(role, {"role": "owner"}, expect=204)
    export = (await helper.post(path, expect=202))["id"]
    await ready(helper, export)
    assert "messages.jsonl" in (await fetch(helper, export)).namelist()
    link = (await helper.post(f"/exports/{export}/link", expect=200))["path"]
    await owner.put(role, {"role": "member"}, expect=204)
    assert (await helper.ask("GET", link)).status_code == 403
    assert await helper.refusal("POST", f"/exports/{export}/link") == (403, "forbidden")
    acts = (await owner.get("/audit", subject=person.user["id"]))["items"]
    assert [act["kind"] for act in acts] == ["account.export_fetched", "account.export_asked"]
    # Nor is what was asked for before made by a job that runs only now.
    job = await put_job(server, kind="privacy.make_export", payload=json.dumps({"export": export}))

    async def given_up() -> bool:
        return await rows(server, "SELECT state FROM jobs WHERE id = $1", job) == [("dead",)]

    await eventually(given_up)


async def test_files_are_in_it_as_they_were_uploaded(workspace_sqlite: Workspace) -> None:
    person, room = await workspace_sqlite.member("uploader"), await workspace_sqlite.room("garden")
    given = {"file": ("plan.txt", b"Dig, then plant.")}
    plan = (await person.http.post("/files", params={"room": room}, files=given)).json()
    asked = await person.post("/users/me/export", expect=202)
    await ready(person, asked["id"])
    archive = await fetch(person, asked["id"])
    (listed,) = lines(archive, "files.jsonl")
    assert (listed["id"], archive.read(listed["content"])) == (plan["id"], b"Dig, then plant.")
