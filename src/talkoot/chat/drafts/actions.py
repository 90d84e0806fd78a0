"""Keeping drafts: who has seen the last one replaces it, and nobody overwrites what they have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, select, update

from talkoot.chat.access.operations import PUT_DRAFT
from talkoot.chat.drafts.models import Draft
from talkoot.chat.drafts.queries import drafts_out
from talkoot.chat.files.actions.carrying import files_to_send, lay_in
from talkoot.chat.messages.access import no_root
from talkoot.chat.messages.events import OwnChanged
from talkoot.chat.messages.models import Message
from talkoot.chat.rooms.access import room_to_read
from talkoot.chat.rooms.models import Room
from talkoot.kernel.errors import Conflict, Invalid
from talkoot.kernel.ids import new_id
from talkoot.kernel.upsert import insert_into
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.chat.access.events import WorkspaceMemberLeaving
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.drafts.schemas import DraftOut
    from talkoot.chat.rooms.events import MemberLeft
    from talkoot.kernel.transactions import Tx

DRAFTS = 500  # of one person


class Writing(Value, frozen=True):
    """What somebody has begun to write where, and the version that they saw before.

    `files` take the place of those before; None leaves them.
    """

    room: UUID
    thread: UUID | None
    text: str
    version: int
    files: tuple[UUID, ...] | None = None

    @property
    def place(self) -> UUID:
        """Where: a room, or a thread by its first message."""
        return self.thread or self.room


async def put_draft(tx: Tx, actor: Actor, new: Writing) -> DraftOut:
    """Keep it. Conflict if another device has written or removed the draft since, Invalid for wrong files."""
    await room_to_read(tx, actor, new.room, PUT_DRAFT)
    if new.thread is not None:
        await _check_thread(tx, new.room, new.thread)
    before = await _where_they_lie(tx, actor, new.room, new.files) if new.files else set()
    version = max(tx.now, new.version + 1)
    if new.version:
        await _replace(tx, actor.user, new, version)
    else:
        await _begin(tx, actor.user, new, version)
    draft = await tx.session.get_one(Draft, (actor.user, new.place), populate_existing=True)
    if new.files is not None:
        await _lay_in(tx, draft, new.files)
    if elsewhere := before - {draft.carrier}:
        for poorer in await _drafts(tx, Draft.carrier.in_(elsewhere)):
            await _show_without(tx, poorer)
    return await _show(tx, draft)


async def drop_draft(tx: Tx, actor: Actor, room: UUID, thread: UUID | None, version: int | None) -> None:
    """Remove a draft, only if it still has this version where one is given; without one nothing changes.

    Its files are not deleted with it: a message may be on its way that carries them.
    """
    this = [Draft.user_id == actor.user, Draft.place_id == (thread or room), Draft.room_id == room]
    if version is not None:
        this.append(Draft.version <= version)
    gone = await tx.connection.execute(delete(Draft).where(*this).returning(Draft.carrier))
    dropped = gone.one_or_none()
    if dropped is None:
        return
    if dropped.carrier is not None:
        await lay_in(tx, dropped.carrier, ())
    await _tell_removed(tx, actor.user, room, thread)


async def forget_drafts_of(tx: Tx, user: UUID) -> None:
    """It is not known any more what somebody has begun to write."""
    await tx.connection.execute(delete(Draft).where(Draft.user_id == user))


async def forget_drafts_of_who_leaves(tx: Tx, leaving: WorkspaceMemberLeaving) -> None:
    """Who leaves a workspace writes nothing more there; files of their drafts are swept as unsent ones."""
    here = select(Room.id).where(Room.workspace_id == leaving.workspace)
    theirs = Draft.user_id == leaving.user, Draft.room_id.in_(here)
    gone = await tx.connection.execute(delete(Draft).where(*theirs).returning(Draft.carrier))
    for carrier in gone.scalars().all():
        if carrier is not None:
            await lay_in(tx, carrier, ())


async def leave_files_of_drafts(tx: Tx, left: MemberLeft) -> None:
    """Who leaves a room keeps the words of their drafts there; the files are swept as unsent ones."""
    if left.with_workspace:  # then their drafts are forgotten, those of all rooms at once
        return
    theirs = Draft.user_id == left.user, Draft.room_id == left.room, Draft.carrier.is_not(None)
    for draft in await _drafts(tx, *theirs):
        if draft.carrier is not None:
            await lay_in(tx, draft.carrier, ())
        draft.carrier = None
        await _show_without(tx, draft)


async def _where_they_lie(tx: Tx, actor: Actor, room: UUID, files: Sequence[UUID]) -> set[UUID]:
    """The carriers of the drafts that these files lie in; Invalid if one can not lie in a draft."""
    found = await files_to_send(tx, files)
    own = [file for file in found.values() if file.owner_id == actor.user and file.room_id == room]
    if len(own) < len(files):
        raise Invalid.field(
            "attachments", "unknown", "A file is one's own, uploaded for this room, and not sent"
        )
    return {file.message_id for file in own if file.message_id is not None}


async def _drafts(tx: Tx, *which: ColumnElement[bool]) -> Sequence[Draft]:
    """These drafts, which nobody else changes before this commit."""
    mine = select(Draft).where(*which).order_by(Draft.place_id)
    found = await tx.session.scalars(mine.with_for_update().execution_options(populate_existing=True))
    return found.all()


async def _show_without(tx: Tx, draft: Draft) -> None:
    """Files that lay in a draft do not any more; one in which nothing is left is removed."""
    (shown,) = await drafts_out(tx, [draft])
    if shown.text.strip() or shown.attachments:
        draft.version = max(tx.now, draft.version + 1)
        await tx.flush()
        await _show(tx, draft)
    else:
        await tx.session.delete(draft)
        await tx.flush()
        await _tell_removed(tx, draft.user_id, shown.room, shown.thread)


async def _lay_in(tx: Tx, draft: Draft, files: Sequence[UUID]) -> None:
    if draft.carrier is None and not files:
        return
    draft.carrier = draft.carrier or new_id()
    await tx.flush()
    await lay_in(tx, draft.carrier, files)


async def _check_thread(tx: Tx, room: UUID, thread: UUID) -> None:
    root = await tx.session.get(Message, thread)
    if root is None or root.room_id != room or root.thread_id is not None:
        raise no_root()


async def _replace(tx: Tx, user: UUID, new: Writing, version: int) -> None:
    changed = await tx.connection.execute(
        update(Draft)
        .where(Draft.user_id == user, Draft.place_id == new.place, Draft.version == new.version)
        .values(text=new.text, version=version)
        .returning(Draft.version)
    )
    if changed.one_or_none() is None:
        raise _stale()


async def _begin(tx: Tx, user: UUID, new: Writing, version: int) -> None:
    there = select(func.count()).select_from(Draft).where(Draft.user_id == user)
    if (await tx.connection.scalar(there) or 0) >= DRAFTS:
        raise Conflict(f"You have {DRAFTS} drafts already: send or remove some first", code="too_many")
    values = {
        "user_id": user,
        "place_id": new.place,
        "room_id": new.room,
        "text": new.text,
        "version": version,
    }
    written = insert_into(tx.connection, Draft).values(values).on_conflict_do_nothing()
    if (await tx.connection.execute(written.returning(Draft.version))).one_or_none() is None:
        raise _stale()


def _stale() -> Conflict:
    return Conflict("This draft was changed on another device: read it first", code="stale_draft")


async def _show(tx: Tx, draft: Draft) -> DraftOut:
    """What a draft is now, which all devices of its writer are told."""
    (shown,) = await drafts_out(tx, [draft])
    await tx.emit(OwnChanged(draft.user_id, "draft", shown.model_dump(exclude={"updated_at"})))
    return shown


async def _tell_removed(tx: Tx, user: UUID, room: UUID, thread: UUID | None) -> None:
    gone = {"room": room, "thread": thread, "version": 0, "text": ""}
    await tx.emit(OwnChanged(user, "draft", gone | {"attachments": []}))
