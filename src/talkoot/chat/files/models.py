"""The table of files; what they hold lies in the storage, in a folder of the file's id."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model, partial_index

RECEIVING, LOOSE, KEPT, HELD, SENT, GONE = "receiving", "loose", "kept", "held", "sent", "gone"
ORIGINAL, CLEAN, THUMBNAIL = "original", "clean", "thumbnail"
WAITING, READY, BROKEN, FAILED, PLAIN = "waiting", "ready", "broken", "failed", "plain"
INFECTED, REFUSED = "infected", "refused"
WITHHELD = frozenset({INFECTED, REFUSED})
"""What looking for viruses made of files that nobody gets."""
UNDECIDED = frozenset({WAITING, FAILED})
"""What is to be prepared, by itself or when somebody has it tried again."""
UNCLEAN = frozenset({BROKEN, FAILED, PLAIN})
"""What was to be prepared, and is as it was uploaded."""


UNREAD = text("state = 'sent' AND reading IS NULL")


class File(Model):
    """A file. While it is `receiving`, `size` is what was announced, and counts.

    `loose`: received, and in no message; `kept`: in one that is to be sent later; `held`: in one that waits
    for a moderator; `sent`: in a message that can be read; `gone`: about to be deleted from the storage, and
    nobody's any more. `message_id` is what carries it; of a loose one, the draft that it lies in.
    `changed_at` is when that last changed. `content` is what of its folder is handed out.

    `picture`, of sound and video too, is `waiting` until a job has made a copy without what tells of place
    and time, which others than the owner get instead; then `ready`, or `broken` for what is none, or `plain`
    where nothing here can prepare such files. `failed` is what the job was given up for: it is handed out as
    a file that is no picture, until somebody has the job tried again. `duration` is in milliseconds. `kept`
    are the bytes of the original where it stays beside another copy, and counts. `waveform` is empty in a
    voice message whose own is still to be found.

    `reading` is what came of looking for text in it, and empty until somebody has: `read`; `cut` where there
    is more than is kept; `empty` for none; `locked` behind a password; `unreadable` for what is broken, or
    too much.

    `scan` is `waiting` until a job had it looked through for viruses, and nobody gets it before; null where
    none were found or nobody looks; `infected`, or `refused` for what can not be looked through: then nothing
    of it is left in the storage, and it is nobody's.
    """

    __tablename__ = "files"
    __table_args__ = (
        Index("ix_files_owner_id", "owner_id", "workspace_id"),
        Index("ix_files_workspace_id", "workspace_id"),
        partial_index("ix_files_message_id", "message_id", where=text("message_id IS NOT NULL")),
        partial_index("ix_files_unused", "changed_at", where=text("state <> 'sent'")),
        partial_index("ix_files_unread", "id", where=UNREAD),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    message_id: Mapped[UUID | None]
    state: Mapped[str]
    name: Mapped[str]
    type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    blur: Mapped[str | None]
    content: Mapped[str] = mapped_column(default=ORIGINAL)
    picture: Mapped[str | None]
    duration: Mapped[int | None]
    waveform: Mapped[str | None]
    kept: Mapped[int | None]
    reading: Mapped[str | None]
    scan: Mapped[str | None]
    created_at: Mapped[int]
    changed_at: Mapped[int]


class FileText(Model):
    """What a file says, for the search: so many characters in normal form C, which never change."""

    __tablename__ = "file_texts"

    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    characters: Mapped[int]
    text: Mapped[str]


class Upload(Model):
    """A file that comes in several requests. `size` is what it will have, `received` what has come of it.

    `told` is the metadata that its client gave. `finished_at` is when all had come: for a while a client that
    did not hear the answer can still ask.
    """

    __tablename__ = "uploads"

    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    size: Mapped[int]
    received: Mapped[int]
    told: Mapped[str]
    finished_at: Mapped[int | None]


class UploadPiece(Model):
    """What one request brought: `parts` contents of the storage, in a folder of this id.

    It is there before the storage has anything, and stays until that is deleted, whatever became of the file;
    `size` counts what belongs to the file for certain.
    """

    __tablename__ = "upload_pieces"
    __table_args__ = (Index("ix_upload_pieces_file_id", "file_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID]
    start: Mapped[int]
    size: Mapped[int]
    parts: Mapped[int]
