"""What tests of looking for viruses have in common."""

import asyncio
import uuid

from tests.attachments import upload
from tests.clients import Api, Json
from tests.job_rows import rows
from tests.servers.clamd import VIRUS, Clamd
from tests.servers.talkoot import Talkoot

WORDS = b"Nothing but words.\n" * 20
INFECTED = WORDS + VIRUS
PATIENCE = 60.0  # seconds


async def decided(person: Api, message: str) -> Json:
    """The file of a message when nobody waits for it any more."""
    async with asyncio.timeout(PATIENCE):
        while (shown := (await person.get(f"/messages/{message}"))["attachments"][0])["preparing"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    found: Json = shown
    return found


async def looked_through(talkoot: Talkoot, file: str, scan: str | None) -> None:
    """Wait until this came of it."""
    async with asyncio.timeout(PATIENCE):
        while await rows(talkoot, "SELECT scan FROM files WHERE id = $1", uuid.UUID(file)) != [(scan,)]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def emptied(talkoot: Talkoot, file: str) -> None:
    """Wait until nothing of it is on the disk."""
    async with asyncio.timeout(PATIENCE):
        while (talkoot.data / "files" / file).exists():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def sent_unseen(clamd: Clamd, author: Api, room: str, content: bytes, name: str) -> tuple[Json, Json]:
    """A file, and the message that carries it, which was sent before anybody looked."""
    clamd.pause()
    try:
        made = await upload(author, room, content, name)
        answer = await author.ask("POST", f"/rooms/{room}/messages", {"attachments": [made["id"]]})
        return made, answer.json()
    finally:
        clamd.resume()
