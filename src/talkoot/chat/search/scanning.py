"""From messages to what is written into an index, in turns that keep the event loop free."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.search.documents import document_of

if TYPE_CHECKING:
    from talkoot.chat.search.documents import Document, Row
    from talkoot.chat.search.index import Index

BATCH = 256  # messages in one transaction
AT_ONCE, AT_LEAST = 6000, 100  # characters taken apart before others get their turn; of one message


async def scan(index: Index, message: UUID, limit: int = BATCH) -> tuple[UUID | None, int]:
    """Index the next messages behind an id: where to go on, None when that was all; and how many."""
    rows = await index.messages_behind(message, limit)
    gone, documents = await taken_apart(rows)
    complete = len(rows) < limit
    last = UUID(rows[-1].message) if rows else message
    await index.write(gone, documents, scanned=last, complete=complete)
    return (None if complete else last), len(rows)


async def taken_apart(rows: Sequence[Row]) -> tuple[list[str], list[Document]]:
    """Deleted messages, and the documents of all others; pauses, so that the loop is not kept for long."""
    gone: list[str] = []
    documents: list[Document] = []
    characters = 0
    for row in rows:
        document = document_of(row)
        if document is None:
            gone.append(row.message)
        else:
            documents.append(document)
        characters += AT_LEAST + len(row.text or "")
        if characters >= AT_ONCE:
            characters = 0
            await asyncio.sleep(0)
    return gone, documents
