"""From messages to what is written into an index, in turns that keep the event loop free."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.search.documents import MOST_INSIDE, document_of

if TYPE_CHECKING:
    from talkoot.chat.search.documents import Document, Row
    from talkoot.chat.search.index import Changes, Index

BATCH = 256  # messages in one transaction
PORTION = 200_000  # characters of them that are taken apart and written at once: a token takes 90 bytes
AT_ONCE, AT_LEAST = 6000, 100  # characters taken apart before others get their turn; of one message


async def scan(index: Index, message: UUID, limit: int = BATCH) -> tuple[UUID | None, int]:
    """Index the next messages behind an id: where to go on, None when that was all; and how many."""
    rows = await index.messages_behind(message, limit)
    complete = len(rows) < limit
    last = UUID(rows[-1].message) if rows else message
    gone, documents = await _but_the_last(index, rows)
    await index.write(gone, documents, scanned=last, complete=complete)
    return (None if complete else last), len(rows)


async def write_changes(index: Index, changes: Changes) -> None:
    """Index these messages as they are now."""
    gone, documents = await _but_the_last(index, changes.rows)
    await index.write(gone, documents, positions=changes.positions)


async def _but_the_last(index: Index, rows: Sequence[Row]) -> tuple[list[str], list[Document]]:
    """Write all portions but the last one, which goes with how far it got: until then it is done again."""
    *portions, last = _portions(rows)
    for portion in portions:
        await index.write(*await _taken_apart(portion, index))
    return await _taken_apart(last, index)


def _portions(rows: Sequence[Row]) -> list[list[Row]]:
    portions: list[list[Row]] = [[]]
    characters = 0
    for row in rows:
        its = len(row.text or "") + min(row.inside, MOST_INSIDE)
        characters += its
        if characters > PORTION and portions[-1]:
            portions.append([])
            characters = its
        portions[-1].append(row)
    return portions


async def _taken_apart(rows: Sequence[Row], index: Index) -> tuple[list[str], list[Document]]:
    """Deleted messages, and the documents of all others; pauses, so that the loop is not kept for long."""
    gone: list[str] = []
    documents: list[Document] = []
    characters = 0
    for row in rows:
        document = await _document(row, index)
        if document is None:
            gone.append(row.message)
        else:
            documents.append(document)
        characters += AT_LEAST + len(row.text or "")
        if characters >= AT_ONCE:
            characters = 0
            await asyncio.sleep(0)
    return gone, documents


async def _document(row: Row, index: Index) -> Document | None:
    """What files say is long: it is taken apart in a thread."""
    if not row.inside or row.text is None:
        return document_of(row, index.stems)
    texts = await index.texts(row.message)
    return await asyncio.to_thread(document_of, row, index.stems, texts)
