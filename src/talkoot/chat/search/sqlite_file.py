"""The file that holds the index beside an SQLite database, and what is said to it; all in its own threads.

Whoever sends a message never waits for it: it is another file, with another lock and another fsync.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from talkoot.chat.search.documents import CHANGING, FROM_TEXTS, Document, Row
from talkoot.chat.search.index import Changes, Hit
from talkoot.chat.search.sqlite_query import expression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from talkoot.chat.search.resolved import ResolvedQuery

log = logging.getLogger("talkoot.search")

# Lost with the power is at most the end of what can be derived again: NORMAL, not FULL.
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "cache_size=-8000")
_TABLES = """
CREATE TABLE IF NOT EXISTS state (version INTEGER, scanned BLOB, complete INTEGER);
CREATE TABLE IF NOT EXISTS positions (room BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    place INTEGER PRIMARY KEY, message BLOB NOT NULL UNIQUE, room INTEGER NOT NULL, tokens TEXT NOT NULL
);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    tokens, content='documents', content_rowid='place', tokenize='ascii', columnsize=0
);
"""
_SECURE_DELETE = (3, 42)  # the first SQLite whose FTS5 can wipe what is deleted at once
_MESSAGE = f"""m.id, m.room_id, m.sender_id, m.thread_id, m.ts,
    CASE WHEN m.deleted_at IS NULL THEN m.text END, m.attachments, m.poll, m.pinned_at IS NOT NULL,
    CASE WHEN m.attachments IS NOT NULL THEN (SELECT sum(t.characters) {FROM_TEXTS} m.id) END"""
_CHANGES = f"""
SELECT e.seq, CASE WHEN e.type = 'messages.expired' THEN e.body END, {_MESSAGE}
FROM events e LEFT JOIN messages m ON m.id = e.subject
    AND e.type IN {CHANGING}
WHERE e.log = ? AND e.seq > ? ORDER BY e.seq LIMIT ?"""  # noqa: S608 - constant
_EXPIRED = f"""
SELECT {_MESSAGE} FROM events e JOIN messages m ON m.id = e.id
WHERE e.log = ? AND e.seq > ? AND e.seq <= ? AND e.type = 'message.created'"""  # noqa: S608 - constant
_TEXTS = f"SELECT t.text {FROM_TEXTS} ? ORDER BY f.id"
_SCAN = f"SELECT {_MESSAGE} FROM messages m WHERE m.id > ? ORDER BY m.id LIMIT ?"  # noqa: S608 - constant

_FIND = """
SELECT words.rowid, message FROM words CROSS JOIN documents ON place = words.rowid
WHERE words MATCH :query AND words.rowid < :before AND words.rowid >= :since
    AND room IN (SELECT value FROM json_each(:rooms))
ORDER BY words.rowid DESC LIMIT :limit"""
_FIND_ALL = """
SELECT place, message FROM documents
WHERE place < :before AND place >= :since AND room IN (SELECT value FROM json_each(:rooms))
ORDER BY place DESC LIMIT :limit"""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to one of the two files, for one thread at a time."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in (*_PRAGMAS, *(("query_only=ON",) if read_only else ())):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SearchFile:
    """The one writer of the file; `source` is the database with the messages."""

    def __init__(self, path: Path, source: Path) -> None:
        self._source = connect(source, read_only=True)
        self.index = connect(path)
        self.index.executescript(_TABLES)
        if sqlite3.sqlite_version_info >= _SECURE_DELETE:
            self.index.execute("INSERT INTO words(words, rank) VALUES ('secure-delete', 1)")

    def close(self) -> None:
        """Let go of both files."""
        self.index.close()
        self._source.close()

    def state(self) -> tuple[int, UUID, bool] | None:
        """Version of the rules, how far the first scan got, and whether it is complete."""
        found = self.index.execute("SELECT version, scanned, complete FROM state").fetchone()
        return (found[0], UUID(bytes=found[1]), bool(found[2])) if found else None

    def knows_too_much(self) -> bool:
        """Whether a log is shorter than what was indexed of it: an older database was put in its place."""
        heads = dict(self._source.execute("SELECT id, head FROM logs"))
        return any(
            seq > heads.get(room, 0) for room, seq in self.index.execute("SELECT room, seq FROM positions")
        )

    def begin(self, version: int) -> None:
        """Note in a new file where the logs stand."""
        heads = self._source.execute("SELECT id, head FROM logs").fetchall()
        with self.index as index:
            index.execute("BEGIN IMMEDIATE")
            index.executemany("INSERT INTO positions VALUES (?, ?)", heads)
            index.execute("INSERT INTO state VALUES (?, ?, 0)", (version, bytes(16)))

    def behind(self) -> set[UUID]:
        """Rooms with events that were not indexed."""
        known = dict(self.index.execute("SELECT room, seq FROM positions"))
        heads = self._source.execute("SELECT id, head FROM logs")
        return {UUID(bytes=room) for room, head in heads if head > known.get(room, 0)}

    def scan(self, message: UUID, limit: int) -> list[Row]:
        """Messages in the order of their ids."""
        return [_row(message, rest) for message, *rest in self._source.execute(_SCAN, (message.bytes, limit))]

    def texts(self, message: str) -> list[str]:
        """What the files of a message say."""
        return [text for (text,) in self._source.execute(_TEXTS, (bytes.fromhex(message),))]

    def changes(self, rooms: Sequence[UUID], limit: int) -> Changes:
        """Events behind what was indexed of these rooms, with the messages as they are now."""
        rows: dict[bytes, Row] = {}
        positions: dict[UUID, int] = {}
        left = set(rooms)
        for room in rooms:
            known = self.index.execute("SELECT seq FROM positions WHERE room = ?", (room.bytes,)).fetchone()
            for seq, expired, message, *rest in self._source.execute(
                _CHANGES, (room.bytes, known[0] if known else 0, limit)
            ).fetchall():
                positions[room] = seq
                limit -= 1
                if expired is not None:
                    told = json.loads(expired)
                    gone = self._source.execute(_EXPIRED, (room.bytes, told["after"], told["through"]))
                    rows |= {message: _row(message, rest) for message, *rest in gone}
                if message is not None:
                    rows[message] = _row(message, rest)
            if limit <= 0:
                break
            left.discard(room)
        return Changes(list(rows.values()), positions, left)

    def write(
        self,
        gone: Sequence[str],
        documents: Sequence[Document],
        positions: dict[UUID, int],
        scanned: UUID | None,
        complete: bool,  # noqa: FBT001 - see Index.write
    ) -> None:
        """One transaction."""
        with self.index as index:
            index.execute("BEGIN IMMEDIATE")
            for message in (*gone, *(document.message for document in documents)):
                self._forget(bytes.fromhex(message))
            # FTS5 wants rising places; otherwise it writes what it has before each step back.
            places = sorted(map(self._place, documents))
            index.executemany("INSERT INTO words(rowid, tokens) VALUES (?, ?)", places)
            index.executemany(
                "INSERT INTO positions VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq",
                [(room.bytes, seq) for room, seq in positions.items()],
            )
            if scanned is not None:
                index.execute("UPDATE state SET scanned = ?, complete = ?", (scanned.bytes, complete))

    def _forget(self, message: bytes) -> None:
        found = self.index.execute(
            "SELECT place, tokens FROM documents WHERE message = ?", (message,)
        ).fetchone()
        if found is not None:
            self.index.execute("INSERT INTO words(words, rowid, tokens) VALUES ('delete', ?, ?)", found)
            self.index.execute("DELETE FROM documents WHERE place = ?", found[:1])

    def _place(self, document: Document) -> tuple[int, str]:
        """The next free place at or behind the message's moment."""
        place, tokens = document.ts, " ".join([*document.words, *document.inside, *document.marks])
        values = (bytes.fromhex(document.message), room_key(document.room), tokens)
        insert = "INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?)"
        while not self.index.execute(insert, (place, *values)).rowcount:
            place += 1
        return place, tokens


def find(index: sqlite3.Connection, wanted: ResolvedQuery, before: int, limit: int) -> list[Hit]:
    """What matches, from the newest on: FTS5 walks its lists backwards and stops when there is enough."""
    query = expression(wanted)
    found = index.execute(
        _FIND if query else _FIND_ALL,
        {
            "query": query,
            "before": before,
            "since": wanted.since,
            "rooms": json.dumps([*map(room_key, wanted.rooms)]),
            "limit": limit,
        },
    )
    return [Hit(place, UUID(bytes=message)) for place, message in found]


def room_key(room: str) -> int:
    """A room's id in 60 bits: who gets a message checks its room again."""
    return int(room[-15:], 16)


def _row(message: bytes, rest: Sequence[Any]) -> Row:
    room, sender, thread, ts, text, files, poll, pinned, inside = rest
    return Row(
        message=message.hex(),
        room=room.hex(),
        sender=sender.hex(),
        thread=thread.hex() if thread else None,
        ts=ts,
        text=text,
        files=files,
        poll=poll,
        pinned=bool(pinned),
        inside=inside or 0,
    )
