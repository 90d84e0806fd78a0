"""The index of an SQLite database: FTS5 in a file beside it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from talkoot.chat.search.index import Changes, Hit, Index
from talkoot.chat.search.sqlite_damage import Identity, IndexLost, check, identity_of, is_damage
from talkoot.chat.search.sqlite_file import SearchFile
from talkoot.chat.search.sqlite_readers import Readers
from talkoot.chat.search.tokens import VERSION
from talkoot.kernel.errors import Unavailable

if TYPE_CHECKING:
    from talkoot.chat.search.documents import Document, Row
    from talkoot.chat.search.resolved import ResolvedQuery
    from talkoot.chat.search.stems import Stems
    from talkoot.kernel.transactions import Read

log = logging.getLogger("talkoot.search")

T = TypeVar("T")


class SqliteIndex(Index):
    """One thread that writes, and a few that look. A file that was lost while it served is made again."""

    def __init__(self, source: Path, stems: Stems) -> None:
        self.stems = stems
        self._source = source
        self._path = source.with_suffix(".search.db")
        self._file: SearchFile | None = None
        self._identity: Identity | None = None
        self._damaged = False
        self._writing = ThreadPoolExecutor(1, "search-write")
        self._readers = Readers(self._path)
        self.on_loss: Callable[[], None] = lambda: None

    async def open(self) -> UUID | None:
        """Make ready; an index that can not be read is made again."""
        state = None if self._damaged else await self._in_writer(self._known)
        if state is None or state[0] != self.stems.version(VERSION):
            await self.clear()
            return UUID(int=0)
        return None if state[2] else state[1]

    async def clear(self) -> None:
        """Forget everything: begin a new file, whatever the old one is."""
        await self._in_writer(self._begin)

    async def messages_behind(self, message: UUID, limit: int) -> list[Row]:
        """The next messages."""
        return await self._write(lambda file: file.scan(message, limit))

    async def rooms_behind(self) -> set[UUID]:
        """Rooms whose logs go on."""
        return await self._write(SearchFile.behind)

    async def changes(self, rooms: Sequence[UUID], limit: int) -> Changes:
        """Events behind what was indexed."""
        return await self._write(lambda file: file.changes(rooms, limit))

    async def texts(self, message: str) -> list[str]:
        """What files say."""
        return await self._write(lambda file: file.texts(message))

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

    async def find(self, read: Read, wanted: ResolvedQuery, *, before: int, limit: int) -> list[Hit]:
        """What matches, as the index is now; `read` is of the other file."""
        del read
        identity = self._identity
        try:
            return await self._readers.find(identity, wanted, before, limit)
        except (sqlite3.Error, ValueError, TypeError) as error:
            log.warning("The search index did not answer: %r", error)
            if identity == self._identity:  # nobody has made it again meanwhile
                self._failed(error)
            raise Unavailable("The search index is not available right now") from error

    async def close(self) -> None:
        """Wait for what runs, and let go of the files."""
        await self._readers.close()
        await self._in_writer(self._close)
        await asyncio.to_thread(self._writing.shutdown)

    async def _write(self, work: Callable[[SearchFile], T]) -> T:
        try:
            return await self._in_writer(lambda: work(self._opened()))
        except (sqlite3.Error, ValueError, TypeError) as error:
            self._failed(error)
            raise

    async def _in_writer(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writing, work)

    def _failed(self, error: Exception) -> None:
        self._damaged = self._damaged or is_damage(error)
        if self._damaged or isinstance(error, IndexLost):
            self.on_loss()

    # In the thread that writes

    def _opened(self) -> SearchFile:
        if self._file is None or identity_of(self._path) != self._identity:
            raise IndexLost("The file is not there any more")
        return self._file

    def _known(self) -> tuple[int, UUID, bool] | None:
        """The state of the file that is there; None when it can not be used."""
        try:
            if self._file is None or identity_of(self._path) != self._identity:
                self._open()
            assert self._file is not None
            state = self._file.state()
            if state is None or self._file.knows_too_much():
                return None
            check(self._file.index)
        except (sqlite3.Error, ValueError, TypeError) as error:
            unusable = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR  # a table is not there
            if not (unusable or isinstance(error, IndexLost) or is_damage(error)):
                raise
            log.warning("The search index is damaged and is made again: %s", error)
            return None
        return state

    def _begin(self) -> None:
        self._close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._open().begin(self.stems.version(VERSION))
        self._damaged = False

    def _open(self) -> SearchFile:
        self._close()
        self._file = SearchFile(self._path, self._source)
        self._identity = identity_of(self._path)
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._identity = None, None
