"""From the storage to who asks: whether they may is asked again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.operations import GET_FILE, Operation
from talkoot.chat.files.access import file_for
from talkoot.chat.files.models import INFECTED, READY, REFUSED, THUMBNAIL, UNCLEAN, WAITING, File
from talkoot.chat.files.recoding import MEDIA
from talkoot.chat.files.sniffing import IMAGES
from talkoot.chat.files.waiting import Waiting
from talkoot.kernel.errors import Forbidden, NotAuthenticated, NotFound, Unavailable

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.context import Kernel
    from talkoot.settings import Settings

PATIENCE = 20.0  # seconds that a request waits for a picture
MOST = 2_000_000  # bytes of a thumbnail
THUMBNAIL_TYPE = "image/webp"
_TELLING = IMAGES | MEDIA  # types that cameras write into


async def prepared(kernel: Kernel, actor: Actor, file: UUID, operation: Operation = GET_FILE) -> File:
    """The file; others than its owner wait for a picture until it was prepared. Unavailable: too long.

    Everybody waits until it was looked through for viruses. Forbidden for what is withheld then.
    """
    end = kernel.clock.monotonic() + PATIENCE
    while True:
        async with kernel.uow.read() as read:
            found = await file_for(read, actor, operation, file)
        own = found.owner_id == actor.user and operation is GET_FILE
        _require_harmless(found)
        if found.scan is None and (found.picture != WAITING or own):
            return _handed_out(kernel.settings, actor, found)
        left = end - kernel.clock.monotonic()
        if left <= 0:
            what = "not looked through for viruses yet" if found.scan else "being prepared"
            raise Unavailable(f"This file is {what}; try again", retry_after=2)
        await kernel.uow.caches.of(Waiting).until_decided(kernel.uow, file, left)


def _require_harmless(file: File) -> None:
    if file.scan == INFECTED:
        raise Forbidden("A virus was found in this file: nobody gets it", code="infected")
    if file.scan == REFUSED:
        raise Forbidden("This file could not be looked through for viruses: nobody gets it", code="refused")


def may_tell(picture: str | None, type_: str) -> bool:
    """Whether what a camera wrote into such a file may still be in it."""
    return picture in UNCLEAN or (picture is None and type_ in _TELLING)


def _handed_out(settings: Settings, actor: Actor, file: File) -> File:
    """The file; Forbidden for who does not own what may still tell of place and time, if that is wished."""
    if may_tell(file.picture, file.type) and settings.only_clean_files and file.owner_id != actor.user:
        raise Forbidden("What is written into this file could not be taken out: its owner alone gets it")
    return file


async def _pieces(
    kernel: Kernel, actor: Actor, file: UUID, content: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Whether they may have it is asked again before each piece."""
    async for piece in content:
        async with kernel.uow.read() as read:
            await file_for(read, actor, GET_FILE, file)
        yield piece


async def content_of(kernel: Kernel, actor: Actor, file: File, start: int, end: int) -> AsyncIterator[bytes]:
    """What it holds, from one byte to before another; refusals are raised before the first."""
    content = kernel.blobs.get(f"{file.id}/{file.content}", start, end)
    pieces = _pieces(kernel, actor, file.id, content)
    return _all(await anext(pieces, b""), pieces)


async def thumbnail_of(kernel: Kernel, actor: Actor, file: File) -> bytes:
    """The small picture; NotFound for what is no picture."""
    if file.picture != READY or file.blur is None:
        raise NotFound("There is no small picture of this file")
    content = kernel.blobs.get(f"{file.id}/{THUMBNAIL}", 0, MOST)
    return b"".join([piece async for piece in _pieces(kernel, actor, file.id, content)])


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    try:
        async for piece in rest:
            yield piece
    except (NotFound, Forbidden, NotAuthenticated) as refused:
        raise ConnectionAbortedError("Whoever fetched it may not read it any more") from refused
