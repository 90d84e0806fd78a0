"""Uploads in several requests, step by step as a client of the tus protocol sends them."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2

from tests.clients import Api

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}


def told(name: str) -> str:
    return f"filename {base64.b64encode(name.encode()).decode()},is_private"


def summed(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


async def ask_to_begin(person: Api, room: str, size: int, **headers: str) -> httpx2.Response:
    given = TUS | {"Upload-Length": str(size)} | {k.replace("_", "-"): v for k, v in headers.items()}
    return await person.http.post("/uploads", params={"room": room}, headers=given)


async def begin(person: Api, room: str, size: int, **headers: str) -> str:
    """Its path."""
    answer = await ask_to_begin(person, room, size, **headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].removeprefix("/api/v1")


async def send(
    person: Api, path: str, offset: int, content: bytes | AsyncIterator[bytes], **headers: str
) -> httpx2.Response:
    given = (
        TUS | BYTES | {"Upload-Offset": str(offset)} | {k.replace("_", "-"): v for k, v in headers.items()}
    )
    return await person.http.patch(path, content=content, headers=given)


async def offset_of(person: Api, path: str) -> int:
    answer = await person.http.head(path, headers=TUS)
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["upload-offset"])


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds that another process does."""
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


async def arrived(person: Api, path: str, least: int) -> int:
    """How much has come, when it is at least so much."""

    async def came() -> bool:
        return await offset_of(person, path) >= least

    await until(came)
    return await offset_of(person, path)


async def sent_in_turn(person: Api, path: str, offset: int, content: bytes) -> httpx2.Response:
    """What is answered to who writes when nobody else does any more."""
    answers: list[httpx2.Response] = []

    async def answered() -> bool:
        answers.append(await send(person, path, offset, content))
        return answers[-1].status_code != 423

    await until(answered)
    return answers[-1]
