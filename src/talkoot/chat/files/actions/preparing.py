"""Pictures, sound and video are prepared by a job: until then others than the owner wait for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.files.events import PicturePrepared
from talkoot.chat.files.models import BROKEN, CLEAN, FAILED, READY, SENT, UNDECIDED, WAITING, File
from talkoot.chat.files.names import with_ending
from talkoot.chat.files.recoding import MEDIA
from talkoot.chat.files.sniffing import HEIC, IMAGES, UNKNOWN
from talkoot.chat.files.views import attachment
from talkoot.kernel import jobs

if TYPE_CHECKING:
    from talkoot.chat.files.findings import Picture
    from talkoot.kernel.jobs import GivenUp
    from talkoot.kernel.transactions import Tx

PREPARE, PREPARE_FILM, SCAN = "files.prepare_picture", "files.prepare_film", "files.scan"


async def prepare_soon(tx: Tx, file: File, *, scanned: bool) -> None:
    """Have a file looked through for viruses after this commit, if it is to be; then pictures are prepared.

    So are sound and video; all other files are left alone.
    """
    if file.type in IMAGES or file.type in MEDIA:
        file.picture = WAITING
    if scanned:
        file.scan = WAITING
    await go_on_preparing(tx, [file])


async def go_on_preparing(tx: Tx, files: Sequence[File]) -> None:
    """Have done after this commit what they wait for first."""
    waiting = defaultdict(list)
    for file in files:
        if file.scan == WAITING:
            waiting[SCAN].append(file)
        elif file.scan is None and file.picture == WAITING:
            waiting[PREPARE if file.type in IMAGES else PREPARE_FILM].append(file)
    for kind, its in waiting.items():
        await jobs.enqueue_many(tx, kind, [jobs.NewJob({"file": str(file.id)}) for file in its])


async def use_picture(tx: Tx, file_id: UUID, picture: Picture | None) -> None:
    """What came of it; what can not be drawn is handed out as a file that is no picture."""
    file = await tx.session.get(File, file_id, with_for_update=True, populate_existing=True)
    if file is None or file.picture not in UNDECIDED:
        return
    if picture is None:
        file.picture, file.type = BROKEN, UNKNOWN
    else:
        show(file, picture)
    await tell(tx, file)


async def give_up_picture(tx: Tx, given_up: GivenUp) -> None:
    """Nobody waits any longer for a picture that can not be prepared: it is a file like any other."""
    if given_up.kind not in {PREPARE, PREPARE_FILM}:
        return
    file_id = UUID(given_up.payload["file"])
    file = await tx.session.get(File, file_id, with_for_update=True, populate_existing=True)
    if file is not None and file.picture == WAITING:
        file.picture = FAILED
        await tell(tx, file)


async def tell(tx: Tx, file: File) -> None:
    """The message that carries it, if it was sent, shows what is known of it now."""
    await tx.flush()
    if file.state == SENT and file.message_id is not None:
        shown = attachment(file)
        await tx.emit(PicturePrepared(file.workspace_id, file.room_id, file.message_id, shown))


def show(file: File, picture: Picture) -> None:
    """This is known of the picture now, and others may see it."""
    drawn = picture.drawn
    file.picture, file.width, file.height, file.blur = READY, drawn.width, drawn.height, drawn.blur
    if picture.clean is not None:
        file.size, file.sha256 = picture.clean
        file.content = CLEAN
    if file.type == HEIC:
        ending = "webp" if drawn.format == "WEBP" else "jpg"
        file.type, file.name = f"image/{drawn.format.lower()}", with_ending(file.name, ending)
