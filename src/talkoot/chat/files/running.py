"""Programs that look at what anybody may have made: beside the server, within limits, in their own folder."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_MEMORY = 2_000_000_000  # bytes
_SLOWER, _LONGEST = 4, 780  # times the seconds of the processor, and seconds, by the clock on the wall


async def run(folder: Path, program: list[str], seconds: int, largest: int, told: str = "") -> bool:
    """Whether it came to its end; it knows nothing of this process, and what it says lands in a file."""
    limits = [str(seconds), str(_MEMORY), str(largest)]
    with (folder / (told or "said")).open("wb") as out:
        process = await asyncio.to_thread(
            subprocess.Popen,
            [sys.executable, "-m", "talkoot.chat.files.bounded", *limits, *program],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env={},
            cwd=folder,
        )
    return await ended_with(process, min(_LONGEST, seconds * _SLOWER)) == 0


async def ended_with(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """Its exit code; None for one that took longer, and does not run any more."""
    try:
        with suppress(subprocess.TimeoutExpired):
            return await asyncio.to_thread(process.wait, timeout=seconds)
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.to_thread(process.wait)
