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
    try:
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, timeout=min(_LONGEST, seconds * _SLOWER))
        return process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.to_thread(process.wait)
