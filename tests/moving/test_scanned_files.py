"""Files that are brought, or taken along, while somebody looks for viruses in files."""

import uuid
from pathlib import Path

from tests.attachments import upload
from tests.clients import Api, Json, set_up
from tests.conftest import Serve
from tests.job_rows import rows
from tests.moving.slack_export import pack, small
from tests.moving.test_asked import asked_for, fetched
from tests.moving.worlds import bring, export, members
from tests.privacy.test_exports import fetch, lines, ready
from tests.scans import INFECTED, WORDS, emptied, looked_through, sent_unseen
from tests.servers.clamd import Clamd
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def sent(owner: Api, room: str, content: bytes) -> str:
    made = await upload(owner, room, content)
    await owner.post(f"/rooms/{room}/messages", {"attachments": [made["id"]]})
    found: str = made["id"]
    return found


async def a_room(talkoot: Talkoot, name: str) -> tuple[Api, Json, str]:
    owner, workspace = await set_up(talkoot.url, name)
    return owner, workspace, (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]


async def test_what_is_brought_is_looked_through_here(serve: Serve, clamd: Clamd, tmp_path: Path) -> None:
    source, target = serve("sqlite"), serve("sqlite", files_scan=clamd.tcp)
    owner, workspace, room = await a_room(source, "lovelace")
    async with owner:
        good, bad = await sent(owner, room, WORDS), await sent(owner, room, INFECTED)
        export(source, workspace["id"], tmp_path / "all.tar")
    here, _, _ = await a_room(target, "babbage")
    async with here:
        bring(target, tmp_path / "all.tar")
        await looked_through(target, good, None)
        await looked_through(target, bad, "infected")
        await emptied(target, bad)
        assert (target.data / "files" / good / "original").read_bytes() == WORDS
        (shown,) = await rows(target, "SELECT attachments FROM messages WHERE attachments LIKE '%infected%'")
        assert bad in shown[0]


async def test_what_waits_is_in_no_export_that_people_ask_for_and_waits_where_it_is_brought(
    serve: Serve, own_clamd: Clamd, tmp_path: Path
) -> None:
    source, target = serve("sqlite", files_scan=own_clamd.tcp), serve("sqlite")
    owner, workspace, room = await a_room(source, "lovelace")
    async with owner:
        bad = (await sent_unseen(own_clamd, owner, room, INFECTED, "bad.txt"))[0]["id"]
        await looked_through(source, bad, "infected")
        own_clamd.kill()
        waits = await sent(owner, room, WORDS)
        asked = await owner.post("/users/me/export", expect=202)
        await ready(owner, asked["id"])
        archive = await fetch(owner, asked["id"])
        assert {each["id"] for each in lines(archive, "files.jsonl")} == {bad, waits}
        assert [name for name in archive.namelist() if name.startswith("files/")] == []
        one = Workspace(owner, workspace)
        shared = await fetched(owner, await asked_for(owner, one), tmp_path / "shared.tar.gz")
        assert [name for name in members(shared) if name.startswith("files/")] == []
        export(source, workspace["id"], tmp_path / "all.tar")
        assert [name for name in members(tmp_path / "all.tar") if name.startswith("files/")] == [
            f"files/{waits}/original"
        ]
    here, _, _ = await a_room(target, "babbage")
    async with here:
        bring(target, tmp_path / "all.tar")
        found = dict(await rows(target, "SELECT id, scan FROM files"))
        assert found == {uuid.UUID(bad).bytes: "infected", uuid.UUID(waits).bytes: "waiting"}


async def test_what_people_had_in_slack_waits_too(serve: Serve, clamd: Clamd, tmp_path: Path) -> None:
    talkoot = serve("sqlite", files_scan=clamd.unix)
    owner, workspace = await set_up(talkoot.url, "admin")
    async with owner:
        (tmp_path / "held").mkdir()
        (tmp_path / "held" / "F1").write_bytes(INFECTED)
        flags = ("--workspace", workspace["id"], "--files-from", str(tmp_path / "held"))
        clamd.pause()
        try:
            bring(talkoot, pack(small(), tmp_path / "slack.zip"), *flags, kind="slack")
            ((file, scan),) = await rows(talkoot, "SELECT id, scan FROM files")
            assert scan == "waiting"
        finally:
            clamd.resume()
        its = str(uuid.UUID(bytes=file))
        await looked_through(talkoot, its, "infected")
        await emptied(talkoot, its)
        assert await owner.refusal("GET", f"/files/{its}") == (403, "infected")
