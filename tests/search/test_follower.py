"""The index follows what was committed: after a crash, without its file, and made again by hand."""

import asyncio
import shutil
import time

import httpx2
import pytest

from tests.clients import Api, set_up
from tests.conftest import DATABASES, Database, Serve
from tests.search.searching import PATIENCE, texts, until_found
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def begun(talkoot: Talkoot) -> tuple[Api, str, str]:
    owner, workspace = await set_up(talkoot.url)
    rooms = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"]
    return owner, workspace["id"], rooms[0]["id"]


async def send(owner: Api, room: str, *all_texts: str) -> None:
    for text in all_texts:
        await owner.post(f"/rooms/{room}/messages", {"text": text})


async def test_what_was_acknowledged_before_a_crash_is_found_after_it(talkoot: Talkoot) -> None:
    owner, workspace, room = await begun(talkoot)
    async with owner:
        await send(owner, room, "first word")
        await until_found(owner, workspace, "word", ["first word"])
        await send(owner, room, *(f"word {n}" for n in range(20)))
        talkoot.kill()
        talkoot.start()
        expected = [f"word {n}" for n in reversed(range(20))]
        await until_found(owner, workspace, "word -first", expected)
        await until_found(owner, workspace, "first", ["first word"])


async def test_an_index_that_is_away_or_damaged_is_made_again(serve: Serve) -> None:
    talkoot = serve("sqlite")
    owner, workspace, room = await begun(talkoot)
    index = talkoot.data / "talkoot.search.db"
    async with owner:
        await send(owner, room, "an old word", "to be deleted")
        await until_found(owner, workspace, "deleted", ["to be deleted"])
        for damage in ("deleted", "overwritten"):
            talkoot.terminate()
            for path in talkoot.data.glob("talkoot.search.db*"):
                path.unlink()
            if damage == "overwritten":
                index.write_bytes(b"no database at all" * 1000)
            talkoot.start()
            await until_found(owner, workspace, "word", ["an old word"])


async def test_an_older_database_is_indexed_anew(serve: Serve) -> None:
    talkoot = serve("sqlite")
    owner, workspace, room = await begun(talkoot)
    async with owner:
        await send(owner, room, "kept")
        await until_found(owner, workspace, "kept", ["kept"])
        talkoot.terminate()
        backup = talkoot.data.with_name("backup.db")
        shutil.copy(talkoot.data / "talkoot.db", backup)
        talkoot.start()
        await send(owner, room, "lost one", "lost two", "lost three")
        await until_found(owner, workspace, "lost two", ["lost two"])
        talkoot.terminate()
        for path in talkoot.data.glob("talkoot.db*"):
            path.unlink()
        shutil.copy(backup, talkoot.data / "talkoot.db")
        talkoot.start()
        await send(owner, room, "new lost one")
        await until_found(owner, workspace, "lost", ["new lost one"])
        await until_found(owner, workspace, "kept", ["kept"])


@pytest.mark.parametrize("database", DATABASES)
async def test_the_index_is_made_again_by_hand(serve: Serve, database: Database) -> None:
    talkoot = serve(database, database_lock_seconds="0.5")
    owner, workspace, room = await begun(talkoot)
    async with owner:
        await send(owner, room, *(f"word {n}" for n in range(5)))
        gone = await owner.post(f"/rooms/{room}/messages", {"text": "word gone"})
        await owner.delete(f"/messages/{gone['id']}")
        refused = talkoot.run("search", "rebuild")
        assert refused.returncode == 1
        assert "Another Talkoot serves" in refused.stderr
        talkoot.terminate()
        done = talkoot.run("search", "rebuild")
        assert done.returncode == 0, done.stderr
        assert "Indexed 6 messages" in done.stdout
        talkoot.start()
        assert await texts(owner, workspace, "word") == [f"word {n}" for n in reversed(range(5))]


async def test_many_messages_at_the_same_time_are_all_found(workspace: Workspace) -> None:
    owner, rooms = workspace.owner, [await workspace.room() for _ in range(8)]
    await asyncio.gather(*(send(owner, each, *(f"same {n}" for n in range(20))) for each in rooms))
    deadline = time.monotonic() + PATIENCE
    while len(found := await texts(owner, workspace.id, "same", limit=200)) < 160:
        assert time.monotonic() < deadline, len(found)
        await asyncio.sleep(0.05)
    assert len(found) == 160


async def test_the_metrics_tell_how_far_behind_the_index_is(workspace_sqlite: Workspace) -> None:
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room()
    await send(owner, room, "counted")
    await until_found(owner, workspace_sqlite.id, "counted", ["counted"])
    async with httpx2.AsyncClient() as client:
        numbers = (await client.get(f"{owner.url}/metrics")).text
    assert "talkoot_search_lag_seconds" in numbers
    assert "talkoot_search_indexed_total" in numbers
    assert "talkoot_search_failures_total 0.0" in numbers


async def test_search_can_be_switched_off(serve: Serve) -> None:
    talkoot = serve("sqlite", search="off")
    owner, workspace, room = await begun(talkoot)
    async with owner:
        await send(owner, room, "nobody looks")
        assert await owner.refusal("GET", "/search", q="looks", workspace=workspace) == (404, "not_found")
    assert not (talkoot.data / "talkoot.search.db").exists()


async def test_who_searches_too_often_is_told_to_wait(serve: Serve) -> None:
    talkoot = serve("sqlite", rate_limits="on")
    owner, workspace, _ = await begun(talkoot)
    async with owner:
        answers = [await owner.ask("GET", "/search", q="a", workspace=workspace) for _ in range(40)]
    assert answers[0].status_code == 200
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
