"""What an import refuses, whom it takes for whom, and that it goes on where it was killed."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.clients import PASSWORD, Api, set_up
from tests.conftest import Serve, make_talkoot
from tests.job_rows import rows
from tests.moving.conftest import Made
from tests.moving.worlds import bring, export, found, lines, members, packed, raw_lines, repacked, signed_in
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually
from tests.workspaces import Workspace

Json = dict[str, Any]


def refusal(talkoot: Talkoot, path: Path) -> str:
    done = talkoot.run("import", "talkoot", str(path))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


async def test_row_36_what_is_damaged_or_no_export_is_refused_before_anything_is_stored(
    archive: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    target = make_talkoot("sqlite", tmp_path / "target", request)
    parts = members(archive)
    (content,) = [name for name in parts if name.startswith("files/")]
    text, manifest = parts["lines/000001.jsonl"], json.loads(parts["manifest.json"])
    newer = json.dumps({**manifest, "format": 2}).encode()
    without = {name: data for name, data in parts.items() if name != "manifest.json"}
    archives = {
        "other content": ({**parts, content: b"more notes"}, "not what was written"),
        "other lines": (
            {**parts, "lines/000001.jsonl": text.replace(b"better words", b"bitter words")},
            "not what was written",
        ),
        "no end": (without, "before its end"),
        "from the future": ({**parts, "manifest.json": newer}, "has format 2"),
        "slip": ({"../../etc/passwd": b"x"}, "no export"),
        "stranger": ({**parts, "more.txt": b"x"}, "'more.txt' in it"),
    }
    for name, (held, words) in archives.items():
        assert words in refusal(target, packed(held, tmp_path / f"{name}.tar")), name
    damage(archive, tmp_path)
    for name, words in (
        ("link.tar", "no export"),
        ("cut.tar", "can not be read"),
        ("text", "can not be read"),
    ):
        assert words in refusal(target, tmp_path / name), name
    assert await rows(target, "SELECT id FROM workspaces") == []
    assert await rows(target, "SELECT id FROM users") == []


def damage(archive: Path, folder: Path) -> None:
    """Files that are no whole archives: one with a link, one that was cut off, one that is something else."""
    with tarfile.open(folder / "link.tar", "w") as tar:
        info = tarfile.TarInfo("lines/000001.jsonl")
        info.type, info.linkname = tarfile.SYMTYPE, "../../secret.key"
        tar.addfile(info)
    (folder / "cut.tar").write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    (folder / "text").write_text("no archive\n" * 100)


async def test_row_20_a_line_about_another_workspace_is_refused(
    archive: Path, serve: Serve, tmp_path: Path
) -> None:
    talkoot = serve("sqlite")
    owner, _ = await set_up(talkoot.url, "owner")
    async with owner, await Workspace.make(owner) as other:
        secret = await other.room("secret", "private")
        foreign = await other.owner.post(f"/rooms/{secret}/messages", {"text": "only for us"})
        made = [json.loads(line) for line in raw_lines(archive)]
        (first, *_) = [line for line in made if line["what"] == "message"]
        member = next(line for line in made if line["what"] == "membership")
        node = next(line for line in made if line["what"] == "resource" and line["kind"] == "room")
        reaction = next(line for line in made if line["what"] == "reaction")
        fresh = "01a00000-0000-7000-8000-00000000000"
        forged: list[Json] = [
            {**member, "resource_id": secret},
            {**node, "id": secret},
            {**node, "workspace_id": other.id},
            {**first, "id": f"{fresh}1", "room_id": secret},
            {**first, "id": f"{fresh}2", "thread_id": foreign["id"]},
            {**reaction, "message_id": foreign["id"]},
        ]
        for number, line in enumerate(forged):
            at = made.index(next(each for each in made if each["what"] == line["what"]))
            changed = [json.dumps(each).encode() for each in [*made[:at], line, *made[at:]]]
            path = repacked(archive, changed, tmp_path / f"forged{number}.tar")
            said = refusal(talkoot, path)
            assert any(word in said for word in ("outside of its workspace", "another")), (number, said)
        page = await other.owner.get(f"/rooms/{secret}/messages")
        assert [(each["text"], each["reactions"]) for each in page["items"]] == [("only for us", [])]
        assert len((await other.owner.get(f"/rooms/{secret}/members"))["items"]) == 1


async def test_a_server_hears_of_it_and_people_are_who_they_were(
    archive: Path, serve: Serve, tmp_path: Path
) -> None:
    talkoot = serve("sqlite")
    owner, _ = await set_up(talkoot.url, "owner")
    people = {line["username"]: line for line in lines(archive) if line["what"] == "user"}
    ada = next(line for name, line in people.items() if name.startswith("ada"))
    bob = next(line for name, line in people.items() if name.startswith("bob"))
    for name, address in (("lovelace", "Ada@Example.org"), ("robert", "bob@example.org")):
        made = talkoot.run(
            *("user", "create", name, "--email", address, "--password-stdin"), stdin=f"{PASSWORD}\n"
        )
        assert made.returncode == 0, made.stderr
    assert talkoot.run("user", "set-address", "lovelace", "ada@example.org").returncode == 0
    changed = [
        line.replace(b'"email":null', f'"email":"{address}@example.org"'.encode())
        if (json.loads(line)["what"], json.loads(line).get("id")) == ("user", person["id"])
        else line
        for line in raw_lines(archive)
        for address, person in [("ada", ada) if ada["id"].encode() in line else ("bob", bob)]
    ]
    bring(talkoot, repacked(archive, changed, tmp_path / "addressed.tar"), "--report", str(tmp_path / "r"))
    report = [json.loads(line) for line in (tmp_path / "r").read_text().splitlines()]
    assert {(line["what"], line["why"]) for line in report} == {
        ("address", "taken_by_who_never_confirmed_it"),
        ("username", "taken_or_not_allowed"),  # there is an owner here already
    }
    async with owner, await signed_in(talkoot.url, "lovelace") as lovelace:
        assert len((await owner.get("/workspaces"))["items"]) == 1, "others are not in it"
        await look_around(lovelace, bob["username"])
    assert "is_here_already" in bring(talkoot, archive), "what went on here is not written over"


async def look_around(lovelace: Api, bob: str) -> None:
    async def theirs() -> Any:
        seen = (await lovelace.get("/workspaces"))["items"]
        return [each for each in seen if each["name"] != "First"]  # they were made a member of that one

    (workspace,) = await eventually(theirs)
    rooms = (await lovelace.get(f"/workspaces/{workspace['id']}/rooms"))["items"]
    direct = next(room for room in rooms if room["kind"] == "direct")
    assert {person["username"] for person in direct["users"]} == {"lovelace", bob}
    public = next(room for room in rooms if room["kind"] == "public")
    page = (await lovelace.get(f"/rooms/{public['id']}/messages"))["items"]
    assert (page[0]["text"], page[0]["sender"]["username"]) == ("better words", "lovelace")
    assert (page[0]["pinned"], page[0]["reply_count"]) == (True, 1)
    (file,) = page[2]["attachments"]
    assert page[3]["quote"]["message"] == page[0]["id"]
    assert (await lovelace.http.get(f"/files/{file['id']}")).content == b"some notes\n" * 50

    assert await found(lovelace, workspace["id"], "better")
    said = await lovelace.post(f"/rooms/{public['id']}/messages", {"text": "it goes on"})
    assert said["seq"] == public["head"] + 1


async def test_whoever_is_killed_goes_on(made: Made, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    target = make_talkoot("sqlite", tmp_path / "target", request, fail="after_commit:0.15")
    for _ in range(3):
        target.run("import", "talkoot", str(made.path))
    del target.environment["TALKOOT_FAIL"]
    bring(target, made.path)
    assert export(target, made.workspace, tmp_path / "after.tar") == made.lines
    assert await rows(target, "SELECT count(*) FROM installation") == [(1,)], "nobody sets it up"


async def test_what_was_deleted_or_taken_does_not_come_back(
    workspace_sqlite: Workspace, shared_sqlite: Talkoot, tmp_path: Path
) -> None:
    workspace, owner = workspace_sqlite, workspace_sqlite.owner
    ada, bob = await workspace.member("ada"), await workspace.member("bob")
    closed, blog = await workspace.room("closed", "private"), await workspace.room("log", "posts")
    for room in (closed, blog):
        await owner.put(f"/rooms/{room}/members/{ada.user['id']}", expect=204)
    post = await owner.post(f"/rooms/{blog}/posts", {"title": "Gone", "text": "Not for long."})
    await ada.put(f"/drafts/{closed}", {"text": "begun", "version": 0}, expect=200)
    file = await upload(owner, closed)
    said = await owner.post(f"/rooms/{closed}/messages", {"text": "", "attachments": [file]})
    full = export(shared_sqlite, workspace.id, tmp_path / "full.tar")
    await owner.delete(f"/rooms/{closed}/members/{ada.user['id']}")
    await owner.delete(f"/workspaces/{workspace.id}/members/{bob.user['id']}")
    await owner.delete(f"/rooms/{blog}/posts/{post['id']}")
    await owner.delete(f"/messages/{said['id']}")
    before = export(shared_sqlite, workspace.id, tmp_path / "before.tar")

    assert "is_here_already" in bring(shared_sqlite, tmp_path / "full.tar")
    after = export(shared_sqlite, workspace.id, tmp_path / "after.tar")
    gone = [line for line in full if line not in before]
    assert {line["what"] for line in gone} >= {"membership", "post", "message"}
    assert not [line for line in after if line in gone], "jobs may have done more, and nothing less"
    assert await ada.refusal("GET", f"/rooms/{closed}/messages") == (404, "not_found")
    assert await bob.refusal("GET", f"/workspaces/{workspace.id}/rooms") == (404, "not_found")
    assert await owner.refusal("GET", f"/rooms/{blog}/posts/{post['id']}") == (404, "not_found")


async def upload(person: Api, room: str) -> str:
    sent = await person.http.post("/files", params={"room": room}, files={"file": ("a.txt", b"some words")})
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


async def test_an_import_that_goes_on_leaves_alone_the_rooms_that_went_on(
    made: Made, serve: Serve, tmp_path: Path
) -> None:
    talkoot = serve("sqlite")
    owner, _ = await set_up(talkoot.url, "admin")
    await owner.close()
    cut = repacked(made.path, [*raw_lines(made.path), b'{"what":"role"}'], tmp_path / "cut.tar")
    assert "is wrong" in refusal(talkoot, cut)  # all but the end is there
    ada = next(line for line in made.lines if line["what"] == "user" and line["username"].startswith("ada"))
    name = ada["username"]
    changed = talkoot.run("user", "set-password", name, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert changed.returncode == 0, changed.stderr
    (file,) = [line for line in made.lines if line["what"] == "file" and line["message_id"]]
    room, content = file["room_id"], talkoot.data / "files" / file["id"]
    async with await signed_in(talkoot.url, name) as person:
        await eventually(lambda: can_read(person, room))
        await person.delete(f"/messages/{file['message_id']}")
        await person.post(f"/rooms/{room}/leave", expect=204)
        report = tmp_path / "r"
        bring(talkoot, made.path, "--report", str(report))
        assert [json.loads(line) for line in report.read_text().splitlines()] == [
            {"what": "room", "why": "went_on_here", "where": room}
        ]
    after = export(talkoot, made.workspace, tmp_path / "after.tar")
    assert not any(
        line["what"] == "membership" and line["resource_id"] == room and line["user_id"] == ada["id"]
        for line in after
    )
    kinds = {line["what"] for line in after if room in (line.get("room_id"), line.get("resource_id"))}
    assert kinds.isdisjoint({"quote", "file", "read_position"})
    assert not [path for path in content.rglob("*") if path.is_file()]
    assert not {line["what"] for line in after} & {"saved_message"}
    assert [line for line in after if line["what"] in _OF_POSTS] == [
        line for line in made.lines if line["what"] in _OF_POSTS
    ], "what other rooms have is brought"
    assert "is_here_already" in bring(talkoot, made.path)


_OF_POSTS = {"blog", "post", "post_slug", "post_tag", "post_version"}


async def can_read(person: Api, room: str) -> bool:
    return (await person.ask("GET", f"/rooms/{room}/messages")).status_code == 200


async def test_secrets_stay_behind(made: Made, shared_sqlite: Talkoot, tmp_path: Path) -> None:
    words = {name for line in made.lines for name in line}
    assert not words & {"password_hash", "secret", "secret_hash", "token_hash", "public_key", "code_hash"}
    told = export(shared_sqlite, made.workspace, tmp_path / "with.tar", "--with-credentials")
    hashes = [(line["bot"], line["password_hash"]) for line in told if line["what"] == "user"]
    assert {each and each[0] for bot, each in hashes if not bot} == {"$"}
    assert {each for bot, each in hashes if bot} == {None}
    assert (tmp_path / "with.tar").stat().st_mode & 0o777 == 0o600
    again = shared_sqlite.run("export", str(tmp_path / "with.tar"), "--workspace", made.workspace)
    assert (again.returncode, "there already" in again.stderr) == (1, True)
    unknown = shared_sqlite.run("export", str(tmp_path / "x.tar"), "--workspace", "Nowhere")
    assert (unknown.returncode, "no such workspace" in unknown.stderr) == (2, True)
    acts = await rows(shared_sqlite, "SELECT address FROM audit_log WHERE kind = 'workspace.exported'")
    assert ("command line",) in acts


async def test_polls_that_are_brought_close_when_they_are_to(
    archive: Path, serve: Serve, tmp_path: Path
) -> None:
    talkoot = serve("sqlite")
    owner, _ = await set_up(talkoot.url, "owner")
    await owner.close()
    polls = [line for line in lines(archive) if line["what"] == "message" and line.get("poll")]
    ends = dict(zip([poll["id"] for poll in polls], ("2020-01-01", "2999-01-01"), strict=True))

    def timed(line: bytes) -> bytes:
        told = json.loads(line)
        end = ends.get(told.get("id")) if told["what"] == "message" else None
        if end is None:
            return line
        return json.dumps({**told, "poll": {**told["poll"], "closes_at": f"{end}T00:00:00.000000Z"}}).encode()

    path = repacked(archive, [timed(line) for line in raw_lines(archive)], tmp_path / "timed.tar")
    bring(talkoot, path)

    async def closed() -> dict[str, bool] | None:
        found = await rows(talkoot, "SELECT poll FROM messages WHERE poll IS NOT NULL")
        told = [json.loads(row[0]) for row in found]
        by_end = {poll["closes_at"][:4]: poll["closed_at"] is not None for poll in told}
        return by_end if by_end.get("2020") else None

    assert await eventually(closed) == {"2020": True, "2999": False}
    jobs = "SELECT count(*) FROM jobs WHERE kind = 'polls.close' AND state = 'ready'"
    assert await rows(talkoot, jobs) == [(1,)], "one waits for its time"
