"""Files of which a process does few at a time: the others wait for a turn, and do not ask all the while."""

import json
import time
from functools import partial
from pathlib import Path

import pytest

from tests.attachments import upload
from tests.chat.test_films import decided
from tests.clients import Api, set_up
from tests.conftest import DATABASES, Database, Serve
from tests.job_rows import put_job, rows
from tests.servers.ffmpeg import make
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually

LONG = ("-f", "lavfi", "-i", "testsrc=size=160x120:rate=10:duration=20", "-c:v", "mpeg4")
# What makes a file wait again, and beyond how many seconds one asks again when so many wait.
TEXT = ("files.read_text", "UPDATE files SET reading = NULL", 40, 3)
FILM = ("files.prepare_film", "UPDATE files SET picture = 'waiting' WHERE picture IS NOT NULL", 40, 3)
SCAN = ("files.scan", "UPDATE files SET scan = 'waiting'", 40, 2)


async def files_on(server: Talkoot, tmp_path: Path) -> tuple[Api, str, str]:
    """The owner of a server, a film that was prepared there, and a text that was read."""
    owner, workspace = await set_up(server.url)
    async with owner:
        room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
        film = await upload(owner, room, make(tmp_path, "a.avi", *LONG), "a.avi")
        text = await upload(owner, room, b"the quokka " * 1000, "a.txt")
        sent = await owner.post(f"/rooms/{room}/messages", {"attachments": [film["id"]]})
        await decided(owner, sent["id"])
    await eventually(partial(rows, server, "SELECT 1 FROM files WHERE reading = 'read'"))
    return owner, film["id"], text["id"]


async def asks_in(server: Talkoot, kind: str, seconds: int) -> bool:
    """Whether one of these has asked, did not fail, and asks again only later than in so many seconds."""
    asks = "SELECT 1 FROM jobs WHERE kind = $1 AND state = 'ready' AND last_error IS NULL AND due_at > $2"
    return bool(await rows(server, asks, kind, time.time_ns() // 1000 + seconds * 1_000_000))


@pytest.mark.parametrize("database", DATABASES)
async def test_the_more_files_wait_the_later_each_asks_again(
    serve: Serve, database: Database, tmp_path: Path
) -> None:
    server = serve(database, media_keep_original="on")
    _, film, text = await files_on(server, tmp_path)
    server.environment["TALKOOT_FILES_SCAN"] = "command:sh -c 'cat > /dev/null; sleep 5'"
    for (kind, waits, many, seconds), file in ((TEXT, text), (FILM, film), (SCAN, film)):
        server.kill()
        await rows(server, waits)
        await rows(server, "DELETE FROM file_texts")
        for _ in range(many):
            await put_job(server, kind=kind, payload=json.dumps({"file": file}))
        server.start()
        await eventually(partial(asks_in, server, kind, seconds))
        await rows(server, "DELETE FROM jobs WHERE kind = $1", kind)


async def test_what_was_prepared_is_not_prepared_again(serve: Serve, tmp_path: Path) -> None:
    server = serve("sqlite")
    owner, film, _ = await files_on(server, tmp_path)
    (server.data / "files" / film / "original").unlink()
    job = await put_job(server, kind="files.prepare_film", payload=json.dumps({"file": film}))
    ended = "SELECT state, last_error FROM jobs WHERE id = $1 AND state NOT IN ('ready', 'running')"
    assert await eventually(partial(rows, server, ended, job)) == [("done", None)]
    async with Api(server.url, owner.token) as owner:
        assert (await owner.http.get(f"/files/{film}")).status_code == 200
