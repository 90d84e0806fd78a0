"""Exports that are asked for on the server: what one may read, for oneself alone, in the open format."""

import json
import uuid
from pathlib import Path

import pytest

from tests.clients import Api, Json, set_up
from tests.conftest import Serve, make_talkoot
from tests.job_rows import rows
from tests.moving.worlds import bring, lines, members, signed_in
from tests.posts.blogs import blog, draft, publish
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually
from tests.workspaces import Workspace

SECRETS = ("among us", "between us", "their draft", "their post", "to be reviewed", "@example.org", "argon2")


async def ready(person: Api, path: str) -> Json:
    async def look() -> Json | None:
        (found,) = (await person.get(path))["items"]
        assert found["state"] != "failed"
        return dict(found) if found["state"] == "ready" else None

    made: Json = await eventually(look)
    return made


async def asked_for(person: Api, workspace: Workspace) -> str:
    """Where the finished export is."""
    path = f"/workspaces/{workspace.id}/exports"
    made = await person.post(path, expect=202)
    assert (await ready(person, path))["id"] == made["id"]
    return f"{path}/{made['id']}"


async def fetched(person: Api, export: str, to: Path) -> Path:
    link = await person.post(f"{export}/link", expect=200)
    whole = await person.ask("GET", link["path"])
    assert (whole.status_code, whole.headers["cache-control"]) == (200, "no-store"), whole.text
    assert whole.headers["content-disposition"].endswith('.tar.gz"')
    half = len(whole.content) // 2
    parts = b""
    for wanted in (f"bytes=0-{half - 1}", f"bytes={half}-"):
        part = await person.http.get(link["path"], headers={"Range": wanted})
        assert part.status_code == 206, part.text
        parts += part.content
    assert parts == whole.content
    beyond = await person.http.get(link["path"], headers={"Range": f"bytes={len(parts)}-"})
    assert beyond.status_code == 416
    to.write_bytes(parts)  # noqa: ASYNC240 - it is small
    return to


async def furnish(workspace: Workspace, ada: Api, bob: Api) -> str:
    """What the owner may read, and what only others may; the room that both are in."""
    owner, room, secret = (
        workspace.owner,
        await workspace.room("open"),
        await workspace.room("secret", "private"),
    )
    for person in (ada, bob):
        await person.post(f"/rooms/{room}/join", expect=204)
        await owner.put(f"/rooms/{secret}/members/{person.user['id']}", expect=204)
    said = await ada.post(f"/rooms/{room}/messages", {"text": "frist words"})
    await ada.patch(f"/messages/{said['id']}", {"text": "first words"})
    sent = await ada.http.post("/files", params={"room": room}, files={"file": ("n.txt", b"some notes")})
    await ada.post(f"/rooms/{room}/messages", {"text": "", "attachments": [sent.json()["id"]]})
    hidden = await ada.http.post("/files", params={"room": secret}, files={"file": ("s.txt", b"among us")})
    await ada.post(f"/rooms/{secret}/messages", {"text": "among us", "attachments": [hidden.json()["id"]]})
    await owner.delete(f"/rooms/{secret}/members/{owner.user['id']}")
    direct = await ada.post(f"/workspaces/{workspace.id}/direct", {"users": [bob.user["id"]]})
    await bob.post(f"/rooms/{direct['id']}/messages", {"text": "between us"})
    for person, text, content in ((ada, "their draft", b"among us"), (owner, "my draft", b"begun")):
        laid = await person.http.post("/files", params={"room": room}, files={"file": ("d.txt", content)})
        begun = {"text": text, "version": 0, "attachments": [laid.json()["id"]]}
        await person.put(f"/drafts/{room}", begun)
    await ada.put(f"/messages/{said['id']}/saved", expect=204)
    posts = await blog(workspace, ada)
    await publish(ada, await draft(ada, posts, "Public post", tags=["rain"]))
    await draft(ada, posts, "Begun", text="their post", tags=["snow"])
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    await bob.post(f"/rooms/{room}/messages", {"text": "to be reviewed"}, expect=202)
    return room


async def test_one_gets_what_one_may_read_and_nothing_else(
    workspace: Workspace, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    owner, ada, bob = workspace.owner, await workspace.member("ada"), await workspace.member("bob")
    room = await furnish(workspace, ada, bob)
    socket = await workspace.socket(owner)
    export = await asked_for(owner, workspace)
    told = await socket.until(op="notice", kind="export.ready")
    assert (told["workspace"], export.endswith(told["export"])) == (workspace.id, True)
    path = await fetched(owner, export, tmp_path / "made.tar.gz")
    held = lines(path)
    text = json.dumps(held, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in text] == []
    assert {line["text"] for line in held if line["what"] == "message"} >= {"first words", "It *rains*."}
    assert "frist words" in text  # what it said before is there for all who read it
    assert [line["text"] for line in held if line["what"] == "draft"] == ["my draft"]
    assert {line["what"] for line in held}.isdisjoint({"held_message", "saved_message", "sanction"})
    assert {line["tag"] for line in held if line["what"] == "post_tag"} == {"rain"}
    contents = [data for name, data in members(path).items() if name.startswith("files/")]
    assert sorted(contents) == [b"begun", b"some notes"]
    rooms = {line["id"] for line in held if line["what"] == "room"}
    assert room in rooms
    acts = [act["kind"] for act in (await owner.get(f"/workspaces/{workspace.id}/audit"))["items"]]
    assert {"workspace.export_asked", "workspace.export_fetched"} <= set(acts)

    other = make_talkoot("sqlite", tmp_path / "elsewhere", request)
    assert "message: 3" in bring(other, path)
    laid = "SELECT files.state FROM files JOIN drafts ON drafts.carrier = files.message_id"
    assert await rows(other, laid) == [("loose",)], "the draft has its file there too"


async def test_what_is_still_being_prepared_is_its_owners_alone(
    workspace_sqlite: Workspace, shared_sqlite: Talkoot, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    owner, ada = workspace_sqlite.owner, await workspace_sqlite.member("ada")
    room = await workspace_sqlite.room()
    await ada.post(f"/rooms/{room}/join", expect=204)
    for person, content in ((owner, b"mine"), (ada, b"of ada")):
        made = await person.http.post("/files", params={"room": room}, files={"file": ("a.txt", content)})
        await person.post(f"/rooms/{room}/messages", {"attachments": [made.json()["id"]]})
    # As pictures are, of which the copy without the place is not there yet.
    await rows(shared_sqlite, "UPDATE files SET picture = 'waiting' WHERE room_id = $1", uuid.UUID(room))
    path = await fetched(owner, await asked_for(owner, workspace_sqlite), tmp_path / "made.tar.gz")
    assert [data for name, data in members(path).items() if name.startswith("files/")] == [b"mine"]
    assert "message: 2" in bring(make_talkoot("sqlite", tmp_path / "elsewhere", request), path)


async def test_nobody_else_gets_it_and_nobody_for_longer_than_they_may_read(workspace: Workspace) -> None:
    owner, admin = workspace.owner, await workspace.member("admin")
    member = await workspace.member("member")
    path = f"/workspaces/{workspace.id}/exports"
    assert (await member.refusal("POST", path, {}))[0] == 403
    await owner.put(f"/workspaces/{workspace.id}/members/{admin.user['id']}", {"role": "admin"}, expect=204)
    secret = await workspace.room("secret", "private")
    await owner.put(f"/rooms/{secret}/members/{admin.user['id']}", expect=204)
    export = await asked_for(admin, workspace)
    link = (await admin.post(f"{export}/link", expect=200))["path"]
    async with await signed_in(admin.url, admin.user["username"]) as again:
        assert (await again.ask("GET", link)).status_code == 404  # it holds in one session
    for method, what in (("POST", f"{export}/link"), ("DELETE", export), ("GET", link)):
        assert (await owner.ask(method, what, {} if method == "POST" else None)).status_code == 404, what
    assert (await owner.get(path))["items"] == []
    assert (await admin.ask("GET", link)).status_code == 200
    await owner.delete(f"/rooms/{secret}/members/{admin.user['id']}")
    assert (await admin.ask("GET", link)).status_code == 403  # row 15: it was taken away
    assert (await admin.refusal("POST", f"{export}/link", {}))[0] == 403

    anew = await asked_for(admin, workspace)
    link = (await admin.post(f"{anew}/link", expect=200))["path"]
    assert (await admin.ask("GET", link.replace(anew, export))).status_code == 404  # there is one at a time
    assert (await admin.ask("GET", link)).status_code == 200
    await owner.put(f"/workspaces/{workspace.id}/members/{admin.user['id']}", {"role": "member"}, expect=204)
    assert (await admin.ask("GET", link)).status_code == 403
    await owner.put(f"/workspaces/{workspace.id}/members/{admin.user['id']}", {"role": "admin"}, expect=204)
    await admin.delete(anew)
    assert (await admin.get(path))["items"] == []
    assert (await admin.ask("GET", link)).status_code == 404


@pytest.mark.parametrize(
    "meanwhile",
    ["DELETE FROM workspace_exports", "UPDATE users SET deactivated_at = 1"],
    ids=["dropped", "left"],
)
async def test_what_nobody_may_have_any_more_is_not_kept_and_not_tried_again(
    serve: Serve, meanwhile: str
) -> None:
    talkoot = serve("sqlite", fail="job_before_finish", job_lease_seconds="1.5", search="off")
    owner, workspace = await set_up(talkoot.url)
    async with owner:
        asked = await owner.ask("POST", f"/workspaces/{workspace['id']}/exports")
    export = asked.json()["id"]

    async def died() -> bool:
        return not talkoot.process.running

    await eventually(died)
    assert (stored := [*talkoot.data.glob(f"files/{export}/*")]), (
        "the server died after it had stored the file"
    )
    await rows(talkoot, meanwhile)
    del talkoot.environment["TALKOOT_FAIL"]
    talkoot.start()

    async def ended() -> int | None:
        ((state, attempts),) = await rows(
            talkoot, "SELECT state, attempts FROM jobs WHERE kind = 'exports.write'"
        )
        return attempts if state == "done" else None

    assert await eventually(ended) == 2, talkoot.log
    assert not stored[0].exists()
