"""Searching as a person does, and waiting until the index has seen what was sent."""

import asyncio
import time
from typing import Any

from tests.clients import Api, Json

PATIENCE = 30.0


async def search(person: Api, workspace: str, q: str, **query: Any) -> list[Json]:
    """One page of what is found."""
    page = await person.get("/search", q=q, workspace=workspace, **query)
    return list(page["items"])


async def texts(person: Api, workspace: str, q: str, **query: Any) -> list[str]:
    """The texts of one page of what is found, the newest first."""
    return [item["text"] for item in await search(person, workspace, q, **query)]


async def indexed(person: Api, workspace: str, room: str) -> None:
    """Wait until everything is indexed that was sent before: a last message is found."""
    word = f"marker{room[-6:]}"
    await person.post(f"/rooms/{room}/messages", {"text": word})
    await until_found(person, workspace, word, [word])


async def until_found(person: Api, workspace: str, q: str, expected: list[str]) -> None:
    """Wait until exactly these texts are found."""
    deadline = time.monotonic() + PATIENCE
    while (found := await texts(person, workspace, q)) != expected:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.02)
