"""What came of looking for viruses: a file goes on as all others do, or nothing but its name is left."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.files.actions.preparing import SCAN, go_on_preparing, tell
from talkoot.chat.files.actions.reading import read_soon
from talkoot.chat.files.events import FileRefused
from talkoot.chat.files.models import GONE, INFECTED, REFUSED, WAITING, File
from talkoot.kernel import jobs
from talkoot.kernel.audit import PROGRAM, Act, record
from talkoot.kernel.clock import SECOND

if TYPE_CHECKING:
    from talkoot.chat.files.scanners import Seen
    from talkoot.kernel.jobs import GivenUp
    from talkoot.kernel.transactions import Tx

DROP_REFUSED = "files.drop_refused"
_FIRST, _LONGEST = 2 * SECOND, 120 * SECOND


async def use_scan(tx: Tx, file_id: UUID, seen: Seen) -> None:
    """Nothing was found, and everybody who may have it does; or it is refused."""
    file = await _waiting(tx, file_id)
    if file is None:
        return
    if seen.verdict != "clean":
        await _refuse(tx, file, INFECTED if seen.verdict == "infected" else REFUSED, seen.verdict, seen.found)
        return
    file.scan = None
    if file.picture == WAITING:
        await go_on_preparing(tx, [file])
    await read_soon(tx, file)
    await tell(tx, file)


async def scan_later(tx: Tx, file_id: UUID, tries: int) -> None:
    """The scanner is away: it goes on waiting, for a longer while each time."""
    due = tx.now + min(_LONGEST, _FIRST << min(tries, 10))
    await jobs.enqueue(tx, SCAN, {"file": str(file_id), "tries": tries}, run_at=due)


async def give_up_scan(tx: Tx, given_up: GivenUp) -> None:
    """A file that the scanner fails at again and again is nobody's."""
    if given_up.kind == SCAN:
        file = await _waiting(tx, UUID(given_up.payload["file"]))
        if file is not None:
            await _refuse(tx, file, REFUSED, "failed", "")


async def _waiting(tx: Tx, file_id: UUID) -> File | None:
    file = await tx.session.get(File, file_id, with_for_update=True, populate_existing=True)
    return file if file is not None and file.scan == WAITING and file.state != GONE else None


async def _refuse(tx: Tx, file: File, scan: str, why: str, found: str) -> None:
    """Its name stays where it was sent, and what it held is deleted after this commit."""
    file.scan, file.picture, file.waveform = scan, None, None
    file.width = file.height = file.blur = file.duration = None
    await jobs.enqueue(tx, DROP_REFUSED, {"file": str(file.id)})
    what = {"owner": file.owner_id, "message": file.message_id, "why": why, "found": found}
    await record(tx, PROGRAM, Act("file.refused", file.workspace_id, file.id, file.room_id, after=what))
    await tx.emit(FileRefused(file.owner_id, file.id, file.room_id, file.message_id, file.name, scan))
    await tell(tx, file)
