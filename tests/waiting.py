"""Waiting for what comes a moment later."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.clients import PATIENCE


async def eventually(look: Callable[[], Awaitable[Any]], patience: float = PATIENCE) -> Any:
    """What is found once it is something, for jobs are done a moment later."""
    end = time.monotonic() + patience
    while not (found := await look()):
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.05)
    return found
