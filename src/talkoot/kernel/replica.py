"""A standby of the database: asked for what may be a moment behind, and done without when it is away.

Never for what a client resumes from, for history, or for who may: those have to be as they are now.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = logging.getLogger("talkoot.storage")

T = TypeVar("T")

LEFT_ALONE = 10.0  # seconds in which one that did not answer is not asked again


class Replica:
    """Asks the standby, and the database itself while that does not answer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._away_until = 0.0
        self.asked = 0
        self.failures = 0

    async def ask(self, look: Callable[[AsyncConnection | None], Awaitable[T]]) -> T:
        """What `look` finds on the standby; if that is away or can not tell, it is given None."""
        if time.monotonic() < self._away_until:
            return await look(None)
        self.asked += 1
        try:
            async with self._engine.connect() as connection:
                return await look(connection)
        except (DBAPIError, PoolTimeout, OSError) as error:
            self.failures += 1
            if not isinstance(error, PoolTimeout):
                self._away_until = time.monotonic() + LEFT_ALONE
            log.warning("The replica did not answer; the database itself is asked: %s", error)
        return await look(None)
