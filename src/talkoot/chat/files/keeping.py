"""Pictures that the server fetched itself, on their way into the storage: as those that people upload."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.files.actions.receiving import begin_file, give_up_file, require_place
from talkoot.chat.files.findings import Kept
from talkoot.chat.files.models import ORIGINAL
from talkoot.chat.files.pictures import prepare
from talkoot.chat.files.scanners import CLEAN, ScanFailed, ScannerAway
from talkoot.chat.files.scanning import scan
from talkoot.chat.files.sniffing import IMAGES
from talkoot.chat.files.storing import store
from talkoot.kernel.errors import Conflict, Forbidden, NotFound, TooLarge

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.context import Kernel


async def keep_picture(kernel: Kernel, actor: Actor, room: UUID, name: str, content: bytes) -> Kept | None:
    """Store a picture for a room as if the actor had uploaded it; None if it is none, or may not be there."""
    settings, size = kernel.settings, len(content)
    try:
        require_place(settings)
        file = await kernel.uow.run(
            lambda tx: begin_file(tx, actor, settings, room=room, name=name, size=size)
        )
    except (Conflict, Forbidden, NotFound, TooLarge):
        return None
    received = await store(kernel, file, _at_once(content))
    fit = received.type in IMAGES and await _is_harmless(kernel, file)
    picture = await prepare(kernel.blobs, file, size) if fit else None
    if picture is None:
        await kernel.uow.run(lambda tx: give_up_file(tx, file))
        return None
    return Kept(file, received, picture)


async def _is_harmless(kernel: Kernel, file: UUID) -> bool:
    """Whether nobody looks for viruses, or none was found: a preview does not wait."""
    if not kernel.settings.scans_files:
        return True
    try:
        seen = await scan(kernel, file, (ORIGINAL,))
    except (ScannerAway, ScanFailed):
        return False
    return seen is not None and seen.verdict == CLEAN


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    yield content
