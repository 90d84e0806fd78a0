"""Sound and video are prepared beside the server, by programs that may not use much."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from talkoot.chat.files.findings import Film
from talkoot.chat.files.folders import own_folder
from talkoot.chat.files.loudness import HEARD, waveform_of
from talkoot.chat.files.models import CLEAN, ORIGINAL, THUMBNAIL
from talkoot.chat.files.pictures import draw, pieces_of
from talkoot.chat.files.recoding import ASKED, ONE_FRAME, Bounds, Probed, Recipe, reading, recipes
from talkoot.chat.files.running import run
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.files.models import File
    from talkoot.kernel.blobs import Blobs
    from talkoot.settings import Settings

_PROBED, _TOLD = 1_000_000, 30  # bytes that ffprobe may say, and seconds that it may take


class Programs(Value, frozen=True):
    """Where ffprobe and ffmpeg are, and what they may use."""

    ffprobe: str
    ffmpeg: str
    seconds: int
    largest: int


def programs(settings: Settings) -> Programs | None:
    """Those of this machine; None if sound and video stay as they are here."""
    ffprobe, ffmpeg = shutil.which("ffprobe"), shutil.which("ffmpeg")
    if not settings.media or ffprobe is None or ffmpeg is None:
        return None
    return Programs(ffprobe, ffmpeg, settings.media_seconds, 2 * settings.max_file_mb * 1_000_000)


async def prepare_film(blobs: Blobs, file: File, settings: Settings, its: Programs) -> Film | None:
    """Write the copy for others, and a small picture of video; None for what can not be prepared."""
    async with own_folder() as folder:
        with (folder / ORIGINAL).open("wb") as copy:
            async for piece in blobs.get(f"{file.id}/{ORIGINAL}", 0, file.size):
                await asyncio.to_thread(copy.write, piece)
        found = await _probe(folder, ORIGINAL, file.type, its)
        if found is None:
            return None
        bounds = Bounds(settings.media_lines, settings.media_minutes, await _knows_h264(its))
        for recipe in recipes(file.type, found, bounds):
            if film := await _made(blobs, file, folder, recipe, its):
                return film
    return None


async def _made(blobs: Blobs, file: File, folder: Path, recipe: Recipe, its: Programs) -> Film | None:
    clean = folder / f"{CLEAN}.{recipe.ending}"
    told = ["-nostdin", "-y", *reading(file.type), "-i", ORIGINAL, *recipe.told, clean.name]
    if not await run(folder, [its.ffmpeg, "-v", "error", *told], its.seconds, its.largest):
        return None
    made = await _probe(folder, clean.name, recipe.type, its)
    if made is None or not (made.video or made.sound):
        return None
    drawn = None
    if made.video and await _take_frame(folder, clean, recipe.type, made, its):
        drawn = await draw(folder / "frame")
    if drawn is not None:
        await blobs.put(f"{file.id}/{THUMBNAIL}", pieces_of(folder / "frame" / THUMBNAIL))
    loud = await _loudness(folder, clean, recipe.type, its) if file.waveform == "" else None
    await blobs.put(f"{file.id}/{CLEAN}", pieces_of(clean))
    with clean.open("rb") as copy:
        digest = await asyncio.to_thread(hashlib.file_digest, copy, "sha256")
    return Film(recipe.type, recipe.ending, made.duration, drawn, clean.stat().st_size, digest.digest(), loud)


async def _loudness(folder: Path, clean: Path, kind: str, its: Programs) -> str | None:
    """The waveform of a voice message that came without one; None if nothing of it can be heard."""
    told = ["-nostdin", "-y", *reading(kind), "-i", clean.name, *HEARD, "heard"]
    if not await run(folder, [its.ffmpeg, "-v", "error", *told], its.seconds, its.largest):
        return None
    return waveform_of(await asyncio.to_thread((folder / "heard").read_bytes))


async def _take_frame(folder: Path, clean: Path, kind: str, made: Probed, its: Programs) -> bool:
    """One picture of the first second, or of the beginning where that is all there is."""
    (folder / "frame").mkdir()
    frame = folder / "frame" / ORIGINAL
    for at in (min(1.0, (made.duration or 0) / 2000), 0.0):
        told = ["-nostdin", "-y", "-ss", f"{at:.3f}", *reading(kind), "-i", clean.name]
        await run(folder, [its.ffmpeg, "-v", "error", *told, *ONE_FRAME, str(frame)], _TOLD, its.largest)
        if frame.exists() and frame.stat().st_size:
            return True
    return False


async def _probe(folder: Path, name: str, kind: str, its: Programs) -> Probed | None:
    told = ["-v", "error", *reading(kind), *ASKED, name]
    if not await run(folder, [its.ffprobe, *told], _TOLD, _PROBED, "probed"):
        return None
    try:
        return msgspec.json.decode(await asyncio.to_thread((folder / "probed").read_bytes), type=Probed)
    except msgspec.MsgspecError:
        return None


_encoders: dict[str, bool] = {}


async def _knows_h264(its: Programs) -> bool:
    """Whether this ffmpeg, which stays the same while the server runs, can make H.264."""
    if its.ffmpeg not in _encoders:
        async with own_folder() as folder:
            await run(folder, [its.ffmpeg, "-v", "error", "-encoders"], _TOLD, _PROBED, "told")
            _encoders[its.ffmpeg] = b" libx264 " in await asyncio.to_thread((folder / "told").read_bytes)
    return _encoders[its.ffmpeg]
