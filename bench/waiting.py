"""Waiting for counters, which nobody announces: telling of each delivery would cost too much."""

import asyncio
from collections.abc import Callable

PATIENCE = 30.0


async def until(done: Callable[[], bool], *, pause: float = 0.005, patience: float = PATIENCE) -> None:
    """Look again and again; raises TimeoutError."""
    async with asyncio.timeout(patience):
        while not done():  # noqa: ASYNC110 - see above
            await asyncio.sleep(pause)
