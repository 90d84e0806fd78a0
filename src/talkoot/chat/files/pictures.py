"""Pictures are prepared beside the server: in a process that may not use much, from and to a folder."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from talkoot.chat.files.findings import Drawn, DrawnEmoji, Moves, Picture
from talkoot.chat.files.folders import own_folder
from talkoot.chat.files.models import CLEAN, ORIGINAL, THUMBNAIL
from talkoot.kernel.blobs import PIECE

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.blobs import Blobs

_ONE = asyncio.Semaphore(1)  # in this process: each may take much memory
SECONDS = 120.0  # by the clock on the wall, for a machine that has much to do


async def prepare(blobs: Blobs, file: UUID, size: int) -> Picture | None:
    """Write the clean copy and the thumbnail into the storage; None for what can not be drawn."""
    async with own_folder() as folder:
        with (folder / ORIGINAL).open("wb") as copy:
            async for piece in blobs.get(f"{file}/{ORIGINAL}", 0, size):
                await asyncio.to_thread(copy.write, piece)
        drawn = await draw(folder)
        if drawn is None:
            return None
        await blobs.put(f"{file}/{THUMBNAIL}", pieces_of(folder / THUMBNAIL))
        if not (folder / CLEAN).exists():
            return Picture(drawn, None)
        await blobs.put(f"{file}/{CLEAN}", pieces_of(folder / CLEAN))
        with (folder / CLEAN).open("rb") as copy:
            digest = await asyncio.to_thread(hashlib.file_digest, copy, "sha256")
        return Picture(drawn, ((folder / CLEAN).stat().st_size, digest.digest()))


async def draw_emoji(content: bytes) -> DrawnEmoji | None:
    """A picture as it is shown in a line of text; None for what can not be drawn, or not so small."""
    async with own_folder() as folder:
        await asyncio.to_thread((folder / ORIGINAL).write_bytes, content)
        async with _ONE:
            told = await _run(folder, "emoji")
        if told is None:
            return None
        moves = msgspec.json.decode(told, type=Moves).animated
        return DrawnEmoji(await asyncio.to_thread((folder / "emoji").read_bytes), moves)


async def draw(folder: Path) -> Drawn | None:
    """What the picture in a folder looks like, drawn anew beside it; None for what can not be drawn."""
    async with _ONE:
        told = await _run(folder)
    return msgspec.json.decode(told, type=Drawn) if told is not None else None


async def _run(folder: Path, *wanted: str) -> bytes | None:
    # In a thread, and not by the event loop: that would copy the tables of all memory while everybody waits.
    process = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-m", "talkoot.chat.files.drawing", str(folder), *wanted],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd=folder,
    )
    try:
        told, _ = await asyncio.to_thread(process.communicate, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.to_thread(process.communicate)
    return told if process.returncode == 0 else None


async def pieces_of(path: Path) -> AsyncIterator[bytes]:
    """What a file of this machine holds."""
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
