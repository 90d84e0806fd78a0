"""The threads that look into the file of an index, each with a connection of its own."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from talkoot.chat.search.index import Hit, search_too_slow
from talkoot.chat.search.sqlite_damage import Identity, IndexLost, identity_of
from talkoot.chat.search.sqlite_file import find

if TYPE_CHECKING:
    from talkoot.chat.search.resolved import ResolvedQuery

READERS = 2
LONGEST = 2.0  # seconds that one search may take
_LOOK_AT_CLOCK = 1000  # steps of SQLite's machine


class Readers:
    """Readers of the file that was at the path when it was opened; they never make one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(READERS, "search-read")
        self._connections: dict[int, tuple[Identity, sqlite3.Connection]] = {}  # by thread

    async def find(
        self, identity: Identity | None, wanted: ResolvedQuery, before: int, limit: int
    ) -> list[Hit]:
        """What matches, in this file. IndexLost when it is not there, Unavailable when it takes long."""
        work = partial(self._find, identity, wanted, before, limit)
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def close(self) -> None:
        """Wait for those who look, and let go of the file."""
        await asyncio.to_thread(self._threads.shutdown)
        for _, connection in self._connections.values():
            connection.close()

    def _find(self, identity: Identity | None, wanted: ResolvedQuery, before: int, limit: int) -> list[Hit]:
        connection = self._connection(identity)
        end = time.monotonic() + LONGEST
        connection.set_progress_handler(lambda: time.monotonic() > end, _LOOK_AT_CLOCK)
        try:
            return find(connection, wanted, before, limit)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise search_too_slow() from error
            raise

    def _connection(self, identity: Identity | None) -> sqlite3.Connection:
        """This thread's own, made again for another file; no other file looks the same meanwhile."""
        if identity is None or identity_of(self._path) != identity:
            raise IndexLost("The file is not there any more")
        thread = threading.get_ident()
        known = self._connections.get(thread)
        if known is not None and known[0] == identity:
            return known[1]
        if known is not None:
            known[1].close()
            del self._connections[thread]
        address = f"{self._path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        self._connections[thread] = (identity, connection)
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("PRAGMA cache_size=-8000")
        return connection
