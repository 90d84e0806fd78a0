"""What came of preparing sound and video."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.files.actions.preparing import tell
from talkoot.chat.files.models import BROKEN, CLEAN, PLAIN, READY, UNDECIDED, File
from talkoot.chat.files.names import with_ending
from talkoot.chat.files.sniffing import UNKNOWN
from talkoot.kernel import jobs
from talkoot.kernel.clock import DAY

if TYPE_CHECKING:
    from talkoot.chat.files.findings import Film
    from talkoot.kernel.transactions import Tx

DROP_ORIGINAL = "files.drop_original"
_FITS_BACKUPS = DAY  # for so long what a backup of the database names is still there


async def use_film(tx: Tx, file_id: UUID, film: Film | None, *, keep: bool) -> None:
    """Others get this copy; what can not be prepared is handed out as a file that is only downloaded."""
    file = await _waiting(tx, file_id)
    if file is None:
        return
    if film is None:
        file.picture, file.type = BROKEN, UNKNOWN
    else:
        _show(file, film, keep=keep)
        if not keep:
            due = tx.now + _FITS_BACKUPS
            await jobs.enqueue(tx, DROP_ORIGINAL, {"file": str(file.id)}, run_at=due)
    await tell(tx, file)


async def leave_film(tx: Tx, file_id: UUID) -> None:
    """Nothing here can prepare it: it is handed out as it was uploaded."""
    file = await _waiting(tx, file_id)
    if file is not None:
        file.picture = PLAIN
        await tell(tx, file)


async def _waiting(tx: Tx, file_id: UUID) -> File | None:
    file = await tx.session.get(File, file_id, with_for_update=True, populate_existing=True)
    return file if file is not None and file.picture in UNDECIDED else None


def _show(file: File, film: Film, *, keep: bool) -> None:
    if film.type != file.type:
        file.name = with_ending(file.name, film.ending)
    file.kept = file.size if keep else None
    file.picture, file.content, file.type = READY, CLEAN, film.type
    file.size, file.sha256, file.duration = film.size, film.sha256, film.duration
    if film.waveform is not None:
        file.waveform = film.waveform
    if film.drawn is not None:
        file.width, file.height, file.blur = film.drawn.width, film.drawn.height, film.drawn.blur
