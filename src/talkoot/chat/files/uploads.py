"""From a request that brings a part of a file into the storage, and from there into the file.

What is in memory of it does not grow with the file: the storage gets it in parts, each certain by itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from talkoot.chat.files.actions.uploading import (
    QUIET,
    Turn,
    add_to_upload,
    end_turn,
    finish_upload,
    forget_turns,
    is_given_up,
    keep_turn,
    pieces_of,
)
from talkoot.chat.files.storing import store
from talkoot.kernel.blobs import PIECE
from talkoot.kernel.errors import Damaged, NotFound, TooLarge

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.files.tus import Checksum
    from talkoot.kernel.context import Kernel

PART = 8 * 1024 * 1024  # bytes: what a server that is killed may lose of what came


class _Coming:
    """The body of a request as it comes, up to its end or to where the connection broke."""

    def __init__(
        self, kernel: Kernel, turn: Turn, body: AsyncIterator[bytes], checksum: Checksum | None
    ) -> None:
        self._kernel, self._turn, self._body = kernel, turn, body
        self._waiting = bytearray()
        self._ended = False
        self._kept_at = kernel.clock.monotonic()
        self._sum = checksum.begin() if checksum else None
        self.cut = False
        self.came = 0

    async def more(self) -> bool:
        """Whether there is anything left of it."""
        while not self._waiting and not self._ended:
            await self._read()
        return bool(self._waiting)

    async def part(self) -> AsyncIterator[bytes]:
        """The next bytes of it, as many as a part has."""
        left = PART
        while left and await self.more():
            while len(self._waiting) < PIECE and not self._ended:
                await self._read()
            piece = bytes(self._waiting[: min(PIECE, left)])
            del self._waiting[: len(piece)]
            left -= len(piece)
            self.came += len(piece)
            if self._turn.start + self.came > self._turn.size:
                raise TooLarge(f"This upload is of {self._turn.size} bytes, and this would be more")
            if self._sum is not None:
                self._sum.update(piece)
            yield piece
            await self.keep()

    async def keep(self) -> None:
        """While something happens nobody else may write."""
        now = self._kernel.clock.monotonic()
        if now - self._kept_at > QUIET / 3:
            self._kept_at = now
            await self._kernel.uow.run(partial(keep_turn, turn=self._turn))

    def require_whole(self, checksum: Checksum) -> None:
        """Damaged if this is not what was sent: then nothing of it counts."""
        if self.cut or self._sum is None or self._sum.digest() != checksum.digest:
            raise Damaged(f"What came does not have this {checksum.algorithm}; nothing of it was kept")

    async def _read(self) -> None:
        try:
            data = await anext(self._body, None)
        except ClientDisconnect:
            self.cut, data = True, None
        self._ended = data is None
        self._waiting += data or b""


async def write_on(kernel: Kernel, turn: Turn, body: AsyncIterator[bytes], checksum: Checksum | None) -> int:
    """Store what comes, and make a file of it when all has come; how much has. Nobody else writes meanwhile.

    What came before the connection broke counts, unless a checksum was to tell whether it is right.
    """
    coming = _Coming(kernel, turn, body, checksum)
    try:
        await _forget(kernel, turn.lost)
        return await _write(kernel, turn, coming, checksum)
    except (Damaged, TooLarge):
        if checksum is not None:
            await _forget(kernel, [turn.piece])  # of all else the next turn, or the sweep, finds what is left
        raise
    except NotFound:
        if await _is_given_up(kernel, turn.file):
            for folder in (turn.piece, turn.file):  # the sweep may have been here before what came now
                await kernel.blobs.drop(str(folder))
        raise
    finally:
        await kernel.uow.run(partial(end_turn, turn=turn))


async def _write(kernel: Kernel, turn: Turn, coming: _Coming, checksum: Checksum | None) -> int:
    parts = 0
    while await coming.more():
        parts += 1
        await kernel.blobs.put(_part(turn.piece, parts), coming.part())
        if checksum is None and turn.start + coming.came < turn.size:
            await kernel.uow.run(partial(add_to_upload, turn=turn, came=coming.came, parts=parts))
    if checksum is not None:
        coming.require_whole(checksum)
    if turn.start + coming.came == turn.size:
        await _finish(kernel, turn, coming, parts)
        return turn.size
    if checksum is not None and parts:
        await kernel.uow.run(partial(add_to_upload, turn=turn, came=coming.came, parts=parts))
    return turn.start + coming.came


async def _forget(kernel: Kernel, pieces: Sequence[UUID]) -> None:
    """Delete what came of turns of which nothing counts."""
    for piece in pieces:
        await kernel.blobs.drop(str(piece))
    if pieces:
        await kernel.uow.run(partial(forget_turns, pieces=pieces))


async def _is_given_up(kernel: Kernel, upload: UUID) -> bool:
    async with kernel.uow.read() as read:
        return await is_given_up(read, upload)


async def _finish(kernel: Kernel, turn: Turn, coming: _Coming, parts: int) -> None:
    async with kernel.uow.read() as read:
        before = [piece for piece in await pieces_of(read, turn.file) if piece[0] != turn.piece]

    async def whole() -> AsyncIterator[bytes]:
        for folder, size, count in [*before, (turn.piece, coming.came, parts)]:
            for number in range(1, count + 1):
                length = min(PART, size - (number - 1) * PART)
                async for piece in kernel.blobs.get(_part(folder, number), 0, length):
                    yield piece
                    await coming.keep()

    received = await store(kernel, turn.file, whole())
    scanned = kernel.settings.scans_files
    await kernel.uow.run(partial(finish_upload, turn=turn, received=received, scanned=scanned))


def _part(piece: UUID, number: int) -> str:
    return f"{piece}/{number:06d}"
