"""HEIC, as telephones make it: drawn as a picture that browsers show, without what tells of the place."""

import base64
import io

from PIL import Image

from tests.attachments import PLACE, fetch, prepared, upload
from tests.workspaces import Workspace

# Red, with blue in its first corner, and to be turned by a quarter; the second is half transparent.
PLAIN = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAAC0AAgAAAAACGQABAAAAAAAAAEYAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAIAAAAAEAAAAAAAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEA"
    "AQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAHttZGF0AAAAKSgBrxmA+0thD/7suIzqdgyo3APfbj8vf9fCoH6a"
    "RzzLD+KWWpG/8FuwAAAABkV4aWYAAE1NACoAAAAIAAIBDgACAAAAFQAAACYBEgADAAAAAQAGAAAAAAAANjAuMTY5OSBOLCAyNC45"
    "Mzg0IEUAAA=="
)
CLEAR = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAqttZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "AEZpbG9jAAAAAERAAAMAAQAAAAACzwABAAAAAAAAAC0AAgAAAAAC/AABAAAAAAAAAA0AAwAAAAADCQABAAAAAAAAAEYAAABNaWlu"
    "ZgAAAAAAAwAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAAACAABodmMxAAAAABVpbmZlAgAAAQADAABFeGlmAAAAAA5w"
    "aXRtAAAAAAABAAABtWlwcnAAAAGLaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAA"
    "AAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29s"
    "cm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAIAAAAAEAAAAAAAAAAv///+AAAAACAAAA"
    "EHBpeGkAAAAAAwgICAAAAAlpcm90AwAAAHBodmNDAQQIAAAAn/gAAAAAHvAA/Pz4+AAADwNgAAEAF0ABDAH//wQIAAADAJ/4AAAD"
    "AAAeugJAYQABACVCAQEECAAAAwCf+AAAAwAAHsCCBBZbq5Ka5sCAAAAMgAAAAwCEYgABAAZEAcFzwIkAAAAOcGl4aQAAAAABCAAA"
    "ACdhdXhDAAAAAHVybjptcGVnOmhldmM6MjAxNTphdXhpZDoxAAAAACJpcG1hAAAAAAAAAAIAAQaBAgMFhIYAAgaHAwiJhIYAAAAo"
    "aXJlZgAAAAAAAAAOYXV4bAACAAEAAQAAAA5jZHNjAAMAAQABAAAAiG1kYXQAAAApKAGvGYD7S2EP/uy4jOp2DKjcA99uPy9/18Kg"
    "fppHPMsP4pZakb/wW7AAAAAJKAGuM8onlQnAAAAABkV4aWYAAE1NACoAAAAIAAIBDgACAAAAFQAAACYBEgADAAAAAQAGAAAAAAAA"
    "NjAuMTY5OSBOLCAyNC45Mzg0IEUAAA=="
)


async def test_heic_is_drawn_as_what_browsers_show(workspace: Workspace) -> None:
    author, reader, room = workspace.owner, await workspace.member(), await workspace.room()
    for content, kind, ending in ((PLAIN, "JPEG", "jpg"), (CLEAR, "WEBP", "webp")):
        assert PLACE in content
        made = await upload(author, room, content, "IMG_0042.HEIC")
        assert (made["type"], made["preparing"]) == ("image/heic", True)
        sent = await author.post(f"/rooms/{room}/messages", {"attachments": [made["id"]]})
        assert (await reader.http.get(f"/files/{made['id']}/thumbnail")).status_code == 200
        shown = (await reader.get(f"/messages/{sent['id']}"))["attachments"][0]
        assert (shown["name"], shown["type"]) == (f"IMG_0042.{ending}", f"image/{kind.lower()}")
        assert (shown["width"], shown["height"]) == (32, 64)
        for person in (author, reader):
            answer = await fetch(person, made["id"])
            assert answer.headers["content-type"] == f"image/{kind.lower()}"
            assert answer.headers["content-disposition"].startswith("inline")
            assert PLACE not in answer.content
            with Image.open(io.BytesIO(answer.content)) as image:
                assert (image.format, dict(image.getexif())) == (kind, {})
                red, _, blue = image.convert("RGB").getpixel((29, 2))  # type: ignore[misc]
                assert blue > red, "it is turned upright once"


async def test_the_brand_of_several_kinds_is_read_further(workspace_sqlite: Workspace) -> None:
    author, room = workspace_sqlite.owner, await workspace_sqlite.room()
    shown = await prepared(author, room, PLAIN.replace(b"ftypheic", b"ftypmif1"))
    assert (shown["type"], shown["width"]) == ("image/jpeg", 32)
    avif = io.BytesIO()
    Image.new("RGB", (32, 16), (200, 30, 30)).save(avif, "AVIF")
    shown = await prepared(author, room, avif.getvalue().replace(b"ftypavif", b"ftypmif1"))
    assert (shown["type"], shown["width"]) == ("image/avif", 32)


async def test_row_37_heic_that_says_that_it_is_huge_or_is_none_is_only_a_file(
    workspace_sqlite: Workspace,
) -> None:
    author, reader = workspace_sqlite.owner, await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    size = PLAIN.index(b"ispe") + 8
    huge = PLAIN[:size] + (60_000).to_bytes(4) * 2 + PLAIN[size + 8 :]
    for content in (huge, PLAIN[:300], PLAIN[:60] + bytes(1000)):
        shown = await prepared(author, room, content)
        assert (shown["type"], shown["width"]) == ("application/octet-stream", None)
        answer = await fetch(reader, shown["id"])
        assert answer.content == content
        assert answer.headers["content-disposition"].startswith("attachment")
