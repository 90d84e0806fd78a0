"""The index of an SQLite database: FTS5 in a file beside it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from talkoot.chat.search.index import Changes, Hit, Index
from talkoot.chat.search.sqlite_file import SearchFile, connect, find
from talkoot.chat.search.tokens import VERSION
from talkoot.kernel.errors import Unavailable

if TYPE_CHECKING:
    from talkoot.chat.search.documents import Document, Row
    from talkoot.chat.search.wanted import Wanted
    from talkoot.kernel.transactions import Read

log = logging.getLogger("talkoot.search")

T = TypeVar("T")
READERS = 2
PATIENCE = 5.0  # seconds in which the file is there, or made anew


class SqliteIndex(Index):
    """One thread that writes, and a few that look."""

    def __init__(self, source: Path) -> None:
        self._source = source
        self._path = source.with_suffix(".search.db")
        self._file: SearchFile | None = None
        self._writing = ThreadPoolExecutor(1, "search-write")
        self._reading = ThreadPoolExecutor(READERS, "search-read")
        self._connections: list[sqlite3.Connection] = []
        self._own = threading.local()
        self._ready = asyncio.Event()

    async def open(self) -> UUID | None:
        """Make ready; an index that can not be read is made again."""
        try:
            scanned = await self._write(SearchFile.state)
            usable = (
                scanned is not None
                and scanned[0] == VERSION
                and not await self._write(SearchFile.knows_too_much)
            )
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            log.warning("The search index is damaged and is made again: %s", error)
            await self._in_writer(self._delete)
            scanned, usable = None, False
        if scanned is None or not usable:
            await self.clear()
            scanned = (VERSION, UUID(int=0), False)
        self._ready.set()
        return None if scanned[2] else scanned[1]

    async def clear(self) -> None:
        """Forget everything."""
        await self._write(lambda file: file.clear(VERSION))

    async def messages_behind(self, message: UUID, limit: int) -> list[Row]:
        """The next messages."""
        return await self._write(lambda file: file.scan(message, limit))

    async def rooms_behind(self) -> set[UUID]:
        """Rooms whose logs go on."""
        return await self._write(SearchFile.behind)

    async def changes(self, rooms: Sequence[UUID], limit: int) -> Changes:
        """Events behind what was indexed."""
        return await self._write(lambda file: file.changes(rooms, limit))

    async def write(
        self,
        gone: Sequence[str],
        documents: Sequence[Document],
        *,
        positions: dict[UUID, int] | None = None,
        scanned: UUID | None = None,
        complete: bool = False,
    ) -> None:
        """Replace documents."""
        await self._write(lambda file: file.write(gone, documents, positions or {}, scanned, complete))

    async def find(self, read: Read, wanted: Wanted, *, before: int, limit: int) -> list[Hit]:
        """What matches, as the index is now; `read` is of the other file."""
        del read
        loop = asyncio.get_running_loop()
        try:
            await asyncio.wait_for(self._ready.wait(), PATIENCE)
            return await loop.run_in_executor(self._reading, partial(self._find, wanted, before, limit))
        except (sqlite3.Error, TimeoutError) as error:
            log.warning("The search index did not answer: %s", error)
            raise Unavailable("The search index is not available right now") from error

    async def close(self) -> None:
        """Wait for what runs, and let go of the files."""
        await asyncio.to_thread(self._reading.shutdown)
        await self._in_writer(self._close)
        await asyncio.to_thread(self._writing.shutdown)

    def _find(self, wanted: Wanted, before: int, limit: int) -> list[Hit]:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = connect(self._path, read_only=True)
            self._connections.append(connection)
        return find(connection, wanted, before, limit)

    async def _write(self, work: Callable[[SearchFile], T]) -> T:
        return await self._in_writer(lambda: work(self._opened()))

    async def _in_writer(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writing, work)

    def _opened(self) -> SearchFile:
        if self._file is None:
            self._file = SearchFile(self._path, self._source)
        return self._file

    def _close(self) -> None:
        for connection in self._connections:
            connection.close()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _delete(self) -> None:
        self._close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
