"""A file that comes in several requests: one writes at a time, and what has come is in the row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from talkoot.chat.files.access import upload_for
from talkoot.chat.files.actions.receiving import MB, as_sound, begin_file, finish_file, require_room
from talkoot.chat.files.actions.sweeping import lease_of, sweep_soon
from talkoot.chat.files.models import GONE, LOOSE, RECEIVING, File, Upload, UploadPiece
from talkoot.chat.files.tus import waveform_in
from talkoot.kernel.errors import Busy, Conflict, NotFound, TooLarge
from talkoot.kernel.ids import new_id
from talkoot.kernel.leases import hold, let_go
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.files.findings import Received
    from talkoot.kernel.transactions import Read, Tx
    from talkoot.settings import Settings

QUIET = 15.0  # seconds after which who writes, and brings nothing, has to let somebody else
MOST_PIECES = 10_000  # requests that one file may come in


class Turn(Value, frozen=True):
    """One writes: as `piece`, from where the file ended so far; `lost` is what others left unfinished."""

    file: UUID
    piece: UUID
    start: int
    size: int
    lost: Sequence[UUID]


async def begin_upload(
    tx: Tx, actor: Actor, settings: Settings, *, room: UUID, name: str, size: int, told: str
) -> UUID:
    """Announce a file of exactly so many bytes; refused as `begin_file` refuses it."""
    file = await begin_file(tx, actor, settings, room=room, name=name, size=size)
    await tx.connection.execute(insert(Upload).values(file_id=file, size=size, received=0, told=told))
    return file


async def take_turn(
    tx: Tx, actor: Actor, settings: Settings, *, upload: UUID, offset: int, length: int
) -> Turn:
    """Be the one who writes; Busy while somebody else does, Conflict if it does not go on where one says.

    Whether one may is asked again, and whether there is room: both may have changed.
    """
    file, found = await upload_for(tx, actor, upload)
    if not await hold(tx, lease_of(upload), piece := new_id(), QUIET):
        raise Busy(
            "Another request is writing this upload: ask how far it is, and go on there", retry_after=1
        )
    if file.state != RECEIVING or offset != found.received:
        raise Conflict(f"So far {found.received} bytes have come: go on there", code="wrong_offset")
    if found.size > settings.max_file_mb * MB or offset + length > found.size:
        raise TooLarge(f"This upload is of {found.size} bytes, and a file may have {settings.max_file_mb} MB")
    await require_room(tx, actor, settings, workspace=file.workspace_id, more=0)
    pieces = await tx.connection.execute(
        select(UploadPiece.id, UploadPiece.size).where(UploadPiece.file_id == upload)
    )
    known = pieces.all()
    if len(known) >= MOST_PIECES:
        raise TooLarge(f"An upload may come in {MOST_PIECES} requests: send more in each")
    await tx.connection.execute(
        insert(UploadPiece).values(id=piece, file_id=upload, start=offset, size=0, parts=0)
    )
    return Turn(upload, piece, offset, found.size, [row.id for row in known if not row.size])


async def keep_turn(tx: Tx, turn: Turn) -> None:
    """Go on being the one who writes; Busy if somebody else took over."""
    if not await hold(tx, lease_of(turn.file), turn.piece, QUIET):
        raise Busy("This brought nothing for too long: ask how far the upload is, and go on there")


async def end_turn(tx: Tx, turn: Turn) -> None:
    """Let others write at once."""
    await let_go(tx, lease_of(turn.file), turn.piece)


async def forget_turns(tx: Tx, pieces: Sequence[UUID]) -> None:
    """Nothing is left in the storage of what came of nothing."""
    await tx.connection.execute(delete(UploadPiece).where(UploadPiece.id.in_(pieces), UploadPiece.size == 0))


async def add_to_upload(tx: Tx, turn: Turn, came: int, parts: int) -> None:
    """So much of this turn is in the storage, and stays; NotFound if nobody waits for it any more."""
    await keep_turn(tx, turn)
    receiving = select(File.id).where(File.id == turn.file, File.state == RECEIVING)
    done = await tx.connection.execute(
        update(Upload)
        .where(Upload.file_id.in_(receiving))
        .values(received=turn.start + came)
        .returning(Upload.file_id)
    )
    if done.one_or_none() is None:
        raise NotFound("This upload was given up")
    await tx.connection.execute(
        update(UploadPiece).where(UploadPiece.id == turn.piece).values(size=came, parts=parts)
    )
    await tx.connection.execute(update(File).where(File.id == turn.file).values(changed_at=tx.now))


async def pieces_of(read: Read, upload: UUID) -> Sequence[tuple[UUID, int, int]]:
    """What belongs to it so far, in order: folder, bytes, parts."""
    found = await read.connection.execute(
        select(UploadPiece.id, UploadPiece.size, UploadPiece.parts)
        .where(UploadPiece.file_id == upload, UploadPiece.size > 0)
        .order_by(UploadPiece.start)
    )
    return [(row.id, row.size, row.parts) for row in found]


async def is_given_up(read: Read, upload: UUID) -> bool:
    """Whether nobody waits for it any more."""
    wanted = select(File.id).where(File.id == upload, File.state != GONE)
    return await read.connection.scalar(wanted) is None


async def finish_upload(tx: Tx, turn: Turn, received: Received, *, scanned: bool) -> None:
    """All of it is one file now, as if it had come at once."""
    await keep_turn(tx, turn)
    if received.size != turn.size:
        raise NotFound("Something of this upload was lost: begin it again")
    told = await tx.connection.scalar(select(Upload.told).where(Upload.file_id == turn.file))
    waveform = waveform_in(told or "") if as_sound(received.type) else None
    await finish_file(tx, turn.file, received, waveform, scanned=scanned)
    done = update(Upload).where(Upload.file_id == turn.file)
    await tx.connection.execute(done.values(received=turn.size, finished_at=tx.now))
    await end_turn(tx, turn)
    await sweep_soon(tx)


async def stop_upload(tx: Tx, actor: Actor, upload: UUID) -> None:
    """Give it up, or delete the file that it became; Conflict if that is in a message."""
    file, _ = await upload_for(tx, actor, upload)
    stopped = await tx.connection.execute(
        update(File)
        .where(File.id == file.id, File.state.in_((RECEIVING, LOOSE)))
        .values(state=GONE, changed_at=tx.now)
        .returning(File.id)
    )
    if stopped.one_or_none() is None:
        raise Conflict("This file is in a message: delete the message")
    await sweep_soon(tx)
