"""From a stream into the storage: counted, looked at and summed up on the way."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.files.actions.receiving import MB
from talkoot.chat.files.findings import Received
from talkoot.chat.files.models import ORIGINAL
from talkoot.chat.files.sniffing import HEAD, sniff
from talkoot.kernel.errors import TooLarge

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel


async def store(kernel: Kernel, file: UUID, pieces: AsyncIterator[bytes]) -> Received:
    """Write all of this under a file's id; TooLarge as soon as it is more than a file may have."""
    most = kernel.settings.max_file_mb
    digest, head, size = hashlib.sha256(), bytearray(), 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal size
        async for piece in pieces:
            size += len(piece)
            if size > most * MB:
                raise TooLarge(f"A file may have {most} MB")
            if len(head) < HEAD:
                head.extend(piece[: HEAD - len(head)])
            digest.update(piece)
            yield piece

    await kernel.blobs.put(f"{file}/{ORIGINAL}", counted())
    return Received(sniff(bytes(head)), size, digest.digest())
