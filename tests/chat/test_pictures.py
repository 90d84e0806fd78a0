"""Pictures: prepared by a job, without what tells of place and time, and never more than is bearable."""

import asyncio
import io
import struct
import zlib

import httpx2
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.attachments import PLACE, fetch, picture, prepared
from tests.clients import Api, Json, join, set_up
from tests.conftest import Serve
from tests.job_rows import put_job, rows
from tests.workspaces import Workspace


async def test_a_picture_is_prepared_and_told(workspace: Workspace) -> None:
    author, reader, room = workspace.owner, await workspace.member(), await workspace.room()
    socket = await workspace.socket(reader, room)
    content = picture()
    assert PLACE in content
    shown = await prepared(author, room, content)
    assert (shown["type"], shown["width"], shown["height"]) == ("image/jpeg", 300, 600)
    assert shown["blur"].startswith("data:image/webp;base64,")
    # Either the message was sent with all of it, or an event has told it since.
    created = (await socket.event("message.created"))["body"]["attachments"]
    if created != [shown]:
        assert (await socket.event("attachments.updated"))["body"]["attachments"] == [shown]
    for person in (author, reader):
        answer = await fetch(person, shown["id"])
        assert PLACE not in answer.content
        assert len(answer.content) == shown["size"]
        with Image.open(io.BytesIO(answer.content)) as image:
            assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (300, 600), {})
    small = await reader.http.get(f"/files/{shown['id']}/thumbnail")
    assert small.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(small.content)) as image:
        assert image.size == (240, 480)
    items = (await reader.get(f"/rooms/{room}/messages"))["items"]
    assert items[-1]["attachments"] == [shown]


async def test_every_format_is_cleaned(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    moving: Json = {"save_all": True, "append_images": [Image.new("RGB", (600, 300), (0, 0, 0))]}
    formats: list[tuple[str, Json]] = [("PNG", {}), ("WEBP", {}), ("GIF", {}), ("AVIF", {})]
    for kind, more in (*formats, ("GIF", moving), ("WEBP", moving)):
        content = picture(kind, **more)
        assert PLACE in content
        shown = await prepared(author, room, content)
        assert shown["width"], kind
        answer = await fetch(author, shown["id"])
        assert PLACE not in answer.content, kind
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.format == kind
            assert getattr(image, "n_frames", 1) == (2 if more else 1), kind


async def test_what_a_telephone_puts_behind_a_picture_is_left_out(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    image, out, exif = Image.new("RGB", (600, 300), (200, 30, 30)), io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    image.save(out, "MPO", save_all=True, append_images=[image.reduce(2)], exif=exif)
    shown = await prepared(author, room, out.getvalue())
    assert (shown["type"], shown["width"], shown["height"]) == ("image/jpeg", 300, 600)
    with Image.open(io.BytesIO((await fetch(author, shown["id"])).content)) as clean:
        assert (clean.format, clean.size) == ("JPEG", (300, 600))


async def test_words_anywhere_in_what_moves_are_left_out(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    words, black = PngInfo(), Image.new("RGB", (60, 30), (0, 0, 0))
    words.add_text("Description", PLACE.decode())
    png, gif = io.BytesIO(), io.BytesIO()
    moving: Json = {"save_all": True, "append_images": [black]}
    Image.new("RGB", (60, 30), (200, 30, 30)).save(png, "PNG", pnginfo=words, **moving)
    Image.new("RGB", (60, 30), (200, 30, 30)).save(gif, "GIF", **moving)
    last = gif.getvalue()[:-1] + b"!\xfe" + bytes([len(PLACE)]) + PLACE + b"\0;"
    for content in (png.getvalue(), last):
        assert PLACE in content
        shown = await prepared(author, room, content)
        answer = await fetch(author, shown["id"])
        assert PLACE not in answer.content
        with Image.open(io.BytesIO(answer.content)) as image:
            assert getattr(image, "n_frames", 1) == 2


async def test_row_37_what_explodes_or_is_none_is_only_a_file(workspace_sqlite: Workspace) -> None:
    author, reader = workspace_sqlite.owner, await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    for content in (_bomb(50_000, 50_000), b"GIF89a/*<script>*/", b"\x89PNG\r\n\x1a\n" + bytes(100)):
        shown = await prepared(author, room, content)
        assert (shown["type"], shown["width"]) == ("application/octet-stream", None)
        answer = await fetch(reader, shown["id"])
        assert answer.content == content
        assert answer.headers["content-disposition"].startswith("attachment")
        assert await reader.refusal("GET", f"/files/{shown['id']}/thumbnail") == (404, "not_found")


async def test_a_picture_that_is_given_up_is_a_file_like_any_other(serve: Serve) -> None:
    server = serve("sqlite")
    owner, workspace = await set_up(server.url)
    async with owner, await join(owner, workspace["id"], "reader") as reader:
        room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
        shown = await prepared(owner, room, picture())
        at = f"/files/{shown['id']}"
        assert (await fetch(reader, shown["id"])).headers["content-disposition"].startswith("inline")
        small = server.data / "files" / shown["id"] / "thumbnail"
        small.unlink()
        (small / "in the way").mkdir(parents=True)
        as_it_came = "UPDATE files SET picture = 'waiting', content = 'original', size = $1"
        await rows(server, as_it_came, len(picture()))
        payload = f'{{"file":"{shown["id"]}"}}'
        await put_job(server, kind="files.prepare_picture", payload=payload, max_attempts=1)
        for answer in await asyncio.gather(*(patiently(reader, at, 503) for _ in range(10))):
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["content-disposition"].startswith("attachment")
        assert await reader.refusal("GET", f"{at}/thumbnail") == (404, "not_found")
        (item,) = (await reader.get(f"/rooms/{room}/messages"))["items"]
        assert item["attachments"][0]["type"] == "application/octet-stream"
        (small / "in the way").rmdir()
        small.rmdir()
        (dead,) = (await owner.get("/jobs", state="dead"))["items"]
        await owner.post(f"/jobs/{dead['id']}/retry", expect=200)
        await patiently(reader, f"{at}/thumbnail", 404)
        (item,) = (await reader.get(f"/rooms/{room}/messages"))["items"]
        assert item["attachments"][0]["type"] == "image/jpeg"


async def patiently(person: Api, path: str, not_yet: int) -> httpx2.Response:
    """The answer after those of this status."""
    async with asyncio.timeout(90):
        while (answer := await person.http.get(path)).status_code == not_yet:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return answer


def _bomb(width: int, height: int) -> bytes:
    """A small file that says that it is a huge picture."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            (b"IDAT", zlib.compress(bytes(100_000))),
            (b"IEND", b""),
        )
    )
