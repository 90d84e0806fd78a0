"""Files as people send them: what is uploaded, what it is when it is prepared, and what is fetched of it."""

import io
from typing import Any

import httpx2
from PIL import Image

from tests.clients import Api, Json

NOTES = b"What was said, and by whom.\n" * 40
PLACE = b"60.1699 N, 24.9384 E"


async def upload(person: Api, room: str, content: Any = NOTES, name: str = "notes.txt") -> Json:
    answer = await ask_to_upload(person, room, content, name)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def ask_to_upload(person: Api, room: str, content: Any, name: str = "notes.txt") -> httpx2.Response:
    files = {"file": (name, content, "image/svg+xml")}  # never believed
    return await person.http.post("/files", params={"room": room}, files=files)


async def fetch(person: Api, file: str, **headers: str) -> httpx2.Response:
    return await person.http.get(
        f"/files/{file}", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def picture(kind: str = "JPEG", size: tuple[int, int] = (600, 300), **more: Any) -> bytes:
    """A red picture; in those that can have it, a description that tells where it was made."""
    image, out = Image.new("RGB", size, (200, 30, 30)), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    exif[0x0112] = 6  # to be turned by a quarter
    options = {"exif": exif} if kind in {"JPEG", "PNG", "WEBP", "AVIF"} else {"comment": PLACE}
    image.save(out, kind, **options, **more)
    return out.getvalue()


async def prepared(person: Api, room: str, content: bytes) -> Json:
    """What is shown of it in a message, once it is prepared."""
    made = await upload(person, room, content, "holiday")
    sent = await person.post(f"/rooms/{room}/messages", {"attachments": [made["id"]]})
    await person.http.get(f"/files/{made['id']}/thumbnail")  # which waits for it
    shown: Json = (await person.get(f"/messages/{sent['id']}"))["attachments"][0]
    return shown
