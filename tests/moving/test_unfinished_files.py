"""Files that were exported before a job had prepared them: where they are brought, it is done."""

import asyncio
import uuid
from pathlib import Path

from tests.attachments import PLACE, picture, upload
from tests.clients import Api, set_up
from tests.conftest import Serve
from tests.job_rows import rows
from tests.moving.worlds import bring, export
from tests.servers.talkoot import Talkoot

PICTURES = ("one", "two")


async def begin(owner: Api, room: str, talkoot: Talkoot) -> None:
    """Pictures as they are before their jobs have been done."""
    for name in PICTURES:
        content = picture()
        made = await upload(owner, room, content, name)
        await owner.post(f"/rooms/{room}/messages", {"attachments": [made["id"]]})
        assert (await owner.http.get(f"/files/{made['id']}/thumbnail")).status_code == 200
        as_it_came = "UPDATE files SET picture = 'waiting', content = 'original', size = $1 WHERE id = $2"
        await rows(talkoot, as_it_came, len(content), uuid.UUID(made["id"]))


async def test_a_picture_that_was_not_prepared_yet_is_prepared_where_it_is_brought(
    serve: Serve, talkoot: Talkoot, tmp_path: Path
) -> None:
    target = serve("sqlite")
    owner, workspace = await set_up(talkoot.url, "lovelace")
    async with owner:
        room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
        await begin(owner, room, talkoot)
        export(talkoot, workspace["id"], tmp_path / "all.tar")
    here, _ = await set_up(target.url, "babbage")
    async with here:
        bring(target, tmp_path / "all.tar")
        async with asyncio.timeout(60):
            while (await rows(target, "SELECT DISTINCT picture FROM files")) != [("ready",)]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    brought = await rows(target, "SELECT id, content FROM files")
    assert len(brought) == len(PICTURES)
    for file, content in brought:
        folder = target.data / "files" / str(uuid.UUID(bytes=file))
        assert PLACE not in (folder / content).read_bytes()
        assert (folder / "thumbnail").exists()
    (jobs,) = await rows(target, "SELECT count(*) FROM jobs WHERE kind = 'files.prepare_picture'")
    bring(target, tmp_path / "all.tar")
    assert await rows(target, "SELECT count(*) FROM jobs WHERE kind = 'files.prepare_picture'") == [jobs]
