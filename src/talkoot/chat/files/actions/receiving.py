"""Receiving a file: announced, written into the storage outside of any transaction, and then there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import insert, update

from talkoot.chat.access.operations import DELETE_FILE, UPLOAD_FILE
from talkoot.chat.files.access import file_for
from talkoot.chat.files.actions.preparing import prepare_soon
from talkoot.chat.files.actions.reading import read_soon
from talkoot.chat.files.actions.sweeping import sweep_soon
from talkoot.chat.files.models import GONE, LOOSE, ORIGINAL, RECEIVING, File
from talkoot.chat.files.names import clean_name
from talkoot.chat.files.queries import LEAST, taken_by
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.errors import Conflict, Invalid, NotFound, TooLarge
from talkoot.kernel.ids import new_id

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.files.findings import Received
    from talkoot.kernel.transactions import Tx
    from talkoot.settings import Settings

MB = 1_000_000
_SOUND = {"video/webm": "audio/webm", "video/mp4": "audio/mp4"}  # their first bytes may be the same


def require_place(settings: Settings) -> None:
    """Conflict where several servers have no common place for files: each would know its own only."""
    if settings.clustered and not settings.files_shared:
        raise Conflict(
            "This server keeps no files: set s3_bucket, or files to a folder that all servers share",
            code="no_storage",
        )


async def begin_file(tx: Tx, actor: Actor, settings: Settings, *, room: UUID, name: str, size: int) -> UUID:
    """Announce a file of so many bytes; TooLarge beyond what a file, a person or the workspace may have."""
    workspace = (await room_to_read(tx, actor, room, UPLOAD_FILE)).workspace
    if size > settings.max_file_mb * MB:
        raise TooLarge(f"A file may have {settings.max_file_mb} MB")
    await require_room(tx, actor, settings, workspace=workspace, more=max(size, LEAST))
    file = new_id()
    await tx.connection.execute(
        insert(File).values(
            id=file,
            workspace_id=workspace,
            room_id=room,
            owner_id=actor.user,
            state=RECEIVING,
            name=clean_name(name),
            type="",
            content=ORIGINAL,
            size=size,
            created_at=tx.now,
            changed_at=tx.now,
        )
    )
    return file


async def require_room(tx: Tx, actor: Actor, settings: Settings, *, workspace: UUID, more: int) -> None:
    """TooLarge if a person or the workspace may not have so many bytes more."""
    for owner, most in ((actor.user, settings.person_files_mb), (None, settings.workspace_files_mb)):
        if most and await taken_by(tx, workspace, owner) + more > most * MB:
            whose = "Your files" if owner else "All files of this workspace"
            raise TooLarge(f"{whose} may have {most} MB together: delete some first", code="quota")


async def finish_file(
    tx: Tx, file_id: UUID, received: Received, waveform: str | None = None, *, scanned: bool
) -> File:
    """All of it is in the storage; NotFound if it took so long that nobody waits for it any more.

    What has a waveform is a voice message; Invalid for what is no sound. `scanned`: nobody gets it before it
    was looked through.
    """
    file = await tx.session.get(File, file_id, with_for_update=True)
    if file is None or file.state != RECEIVING:
        raise NotFound("This upload was given up")
    file.type, file.size, file.sha256 = received.type, received.size, received.sha256
    file.state, file.changed_at = LOOSE, tx.now
    if waveform is not None:
        sound = as_sound(file.type)
        if sound is None:
            raise Invalid.field("waveform", "no_sound", "Only sound has a waveform: leave it out")
        file.type, file.waveform = sound, waveform
    await prepare_soon(tx, file, scanned=scanned)
    if not scanned:
        await read_soon(tx, file)
    await tx.flush()
    return file


def as_sound(kind: str) -> str | None:
    """The type of what is said to be sound; None for what can not be."""
    kind = _SOUND.get(kind, kind)
    return kind if kind.startswith("audio/") else None


async def give_up_file(tx: Tx, file_id: UUID) -> bool:
    """It did not come to its end; whether there is still a row by which what was stored of it is found."""
    given_up = update(File).where(File.id == file_id, File.state.in_((RECEIVING, GONE)))
    found = await tx.connection.execute(given_up.values(state=GONE, changed_at=tx.now).returning(File.id))
    await sweep_soon(tx)
    return found.one_or_none() is not None


async def delete_file(tx: Tx, actor: Actor, file_id: UUID) -> None:
    """Delete a file of one's own that is in no message."""
    await file_for(tx, actor, DELETE_FILE, file_id)
    file = await tx.session.get(File, file_id, with_for_update=True, populate_existing=True)
    if file is None or file.state != LOOSE:
        raise Conflict("This file is in a message: delete the message")
    file.state, file.changed_at = GONE, tx.now
    await sweep_soon(tx)
