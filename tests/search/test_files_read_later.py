"""Files that are read later than they came: after a crash, in the background, by hand, or let through."""

import pytest

from tests.conftest import DATABASES, Database, Serve
from tests.job_rows import put_job, rows
from tests.moderation.test_holding import rules
from tests.search.searching import indexed, search
from tests.search.test_follower import begun
from tests.search.test_inside_files import send_file, until_inside
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually
from tests.workspaces import Workspace


@pytest.mark.parametrize("database", DATABASES)
async def test_older_files_are_read_in_the_background_and_by_hand(serve: Serve, database: Database) -> None:
    talkoot = serve(database, search_files="off")
    owner, workspace, room = await begun(talkoot)
    async with owner:
        message = await send_file(owner, room, "a.txt", b"the quoll is inside")
        await send_file(owner, room, "b.bin", b"\0" * 100)
        await indexed(owner, workspace, room)
        assert await search(owner, workspace, "quoll") == []
        talkoot.terminate()
        refused = talkoot.run("search", "read-files")
        assert refused.returncode == 1
        assert "set search and search_files to on" in refused.stderr
        talkoot.environment["TALKOOT_SEARCH_FILES"] = "on"
        job = await put_job(talkoot, kind="files.read_older")
        talkoot.start()
        (found,) = await until_inside(owner, workspace, "quoll")
        assert (found["id"], found["inside"][0]["name"]) == (message["id"], "a.txt")

        async def is_done() -> bool:
            return await rows(talkoot, "SELECT state FROM jobs WHERE id = $1", job) == [("done",)]

        await eventually(is_done)
        talkoot.terminate()
        for flags, files in (((), 0), (("--again", "--search-files-seconds", "30"), 1)):
            done = talkoot.run("search", "read-files", *flags)
            assert f"Read {files} files" in done.stdout, done.stderr
        talkoot.start()
        await indexed(owner, workspace, room)
        assert len(await search(owner, workspace, "quoll")) == 1


async def test_a_server_that_dies_goes_on_where_it_was(serve: Serve) -> None:
    talkoot = serve("sqlite", job_lease_seconds="2")
    owner, workspace, room = await begun(talkoot)
    async with owner:
        for number in range(5):
            await send_file(owner, room, f"{number}.txt", f"bilby {number}".encode())
        talkoot.kill()
        talkoot.start()
        for number in range(5):
            await until_inside(owner, workspace, f'"bilby {number}"')


async def test_what_is_held_is_not_found_before_it_is_let_through(workspace: Workspace) -> None:
    owner, author = workspace.owner, await workspace.member()
    room, open_room = await workspace.room(), await workspace.room()
    for each in (room, open_room):
        await author.post(f"/rooms/{each}/join", expect=204)
    await rules(owner, room, hold_all=True)
    answer = await author.http.post(
        "/files", params={"room": room}, files={"file": ("a.txt", b"the dunnart", "x/y")}
    )
    held = await author.post(
        f"/rooms/{room}/messages", {"text": "", "attachments": [answer.json()["id"]]}, expect=202
    )
    await send_file(author, open_room, "b.txt", b"the potoroo")
    await until_inside(owner, workspace.id, "potoroo")
    for person in (owner, author):
        assert await search(person, workspace.id, "dunnart") == []
    await owner.post(f"/rooms/{room}/held/{held['id']}/approve", expect=200)
    (found,) = await until_inside(owner, workspace.id, "dunnart")
    assert found["room"] == room


async def test_nothing_of_a_deleted_file_is_kept(talkoot: Talkoot) -> None:
    owner, workspace, room = await begun(talkoot)
    async with owner:
        message = await send_file(owner, room, "a.txt", b"the numbat")
        await until_inside(owner, workspace, "numbat")
        assert await rows(talkoot, "SELECT text FROM file_texts") == [("the numbat",)]
        await owner.delete(f"/messages/{message['id']}")
        assert await rows(talkoot, "SELECT text FROM file_texts") == []
