"""Pictures are prepared by a job: until then others than the owner wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.files.events import PicturePrepared
from talkoot.chat.files.models import BROKEN, CLEAN, READY, SENT, WAITING, File
from talkoot.chat.files.sniffing import IMAGES, UNKNOWN
from talkoot.chat.files.views import attachment
from talkoot.kernel import jobs

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.files.findings import Picture
    from talkoot.kernel.transactions import Tx

PREPARE = "files.prepare_picture"


async def prepare_soon(tx: Tx, file: File) -> None:
    """Have a picture prepared after this commit; of all other files nothing has to be done."""
    if file.type not in IMAGES:
        return
    file.picture = WAITING
    await jobs.enqueue(tx, PREPARE, {"file": str(file.id)})


async def use_picture(tx: Tx, file_id: UUID, picture: Picture | None) -> None:
    """What came of it; what can not be drawn is handed out as a file that is no picture."""
    file = await tx.session.get(File, file_id, with_for_update=True, populate_existing=True)
    if file is None or file.picture != WAITING:
        return
    if picture is None:
        file.picture, file.type = BROKEN, UNKNOWN
    else:
        show(file, picture)
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
