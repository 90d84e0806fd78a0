"""The door to files: whoever may read the message that carries one, and before that its owner alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import admit
from talkoot.chat.access.grants import grants_of, unknown
from talkoot.chat.access.operations import UPLOAD_FILE
from talkoot.chat.access.permissions import Permission
from talkoot.chat.files.models import GONE, HELD, RECEIVING, SENT, File, Upload

if TYPE_CHECKING:
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


async def file_for(read: Read, actor: Actor, operation: Operation, file_id: UUID) -> File:
    """A file with which the actor may do this, as it is now."""
    file = await read.session.get(File, file_id, populate_existing=True)
    if file is None or file.state in {RECEIVING, GONE}:
        raise unknown(actor.user, "file")
    own = file.owner_id == actor.user
    grants = await grants_of(read, actor.user, file.room_id, exclusive=False)
    held = admit(actor, grants, operation, own=own, kind="file").permissions
    looked_at = file.state == HELD and Permission.MESSAGES_MODERATE in held
    if not (own or looked_at or file.state == SENT):
        raise unknown(actor.user, "file")
    return file


async def upload_for(read: Read, actor: Actor, upload: UUID) -> tuple[File, Upload]:
    """An upload of one's own in several requests, and its file, to a room where one may still send files."""
    file = await read.session.get(File, upload, populate_existing=True)
    found = await read.session.get(Upload, upload, populate_existing=True)
    if file is None or found is None or file.state == GONE or file.owner_id != actor.user:
        raise unknown(actor.user, "upload")
    grants = await grants_of(read, actor.user, file.room_id, exclusive=False)
    admit(actor, grants, UPLOAD_FILE)
    return file, found
