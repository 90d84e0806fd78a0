"""The text of a file is taken out of it beside the server, for anybody may have made it."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from talkoot.chat.files.findings import FoundText
from talkoot.chat.files.folders import own_folder
from talkoot.chat.files.models import ORIGINAL
from talkoot.chat.files.names import ending_of
from talkoot.chat.files.running import run
from talkoot.chat.files.sniffing import TEXT, UNKNOWN
from talkoot.chat.files.texts.words import CUT, EMPTY, LOCKED, READ, UNREADABLE

if TYPE_CHECKING:
    from pathlib import Path

    from talkoot.chat.files.models import File
    from talkoot.kernel.blobs import Blobs
    from talkoot.settings import Settings

_WIDE = 4  # bytes that a character may take, and the markup around each
_ENDS = frozenset({READ, CUT, EMPTY, LOCKED})
_ONE = asyncio.Semaphore(1)  # in this process: each may take much memory


def is_busy() -> bool:
    """Whether this process reads a file now: it may take a minute, in which other jobs have their turns."""
    return _ONE.locked()


async def text_of(blobs: Blobs, file: File, settings: Settings) -> FoundText:
    """What a file says, as far as it is kept. NotFound when it is not in the storage."""
    most = settings.search_files_characters
    size = file.size
    if file.type in {TEXT, UNKNOWN}:
        size = min(size, most * _WIDE * _WIDE)
    if size > settings.search_files_mb * 1_000_000:
        return FoundText(UNREADABLE)
    async with _ONE, own_folder() as folder:
        with (folder / ORIGINAL).open("wb") as copy:
            async for piece in blobs.get(f"{file.id}/{ORIGINAL}", 0, size):
                await asyncio.to_thread(copy.write, piece)
        return await _read(folder, file, settings)


async def _read(folder: Path, file: File, settings: Settings) -> FoundText:
    most = settings.search_files_characters
    told = [file.type, ending_of(file.name), str(most), str(settings.search_files_pages)]
    program = [sys.executable, "-m", "talkoot.chat.files.texts.process", *told]
    ended = await run(folder, program, settings.search_files_seconds, most * _WIDE + 1, "answer")
    text = await asyncio.to_thread(_text_in, folder / "text", most)
    answer = (folder / "answer").read_text("ascii", "replace").strip() if ended else ""
    if answer not in _ENDS:  # whatever stopped it: what it had found by then is kept
        answer = CUT if text else UNREADABLE
    return FoundText(answer, text)


def _text_in(path: Path, most: int) -> str:
    if not path.exists():
        return ""
    return path.read_bytes().decode(errors="ignore")[:most].replace("\0", " ").strip()
