"""Exports: asked for, written piece by piece, fetched once with a link, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, update

from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.queries import find_user, user_with_id
from talkoot.chat.administration.access import installation_to_administer
from talkoot.chat.exports.actions import (
    forget_old_workspace_exports,
    forget_workspace_exports_of,
    is_over,
    keep_link,
    refuse_while_written,
)
from talkoot.chat.mail.notices import tell_owner
from talkoot.chat.privacy.models import Export, ExportPiece
from talkoot.kernel import jobs
from talkoot.kernel.audit import Act, record
from talkoot.kernel.clock import DAY
from talkoot.kernel.errors import Conflict, Forbidden, NotFound, TooLarge
from talkoot.kernel.ids import fingerprint, new_id
from talkoot.kernel.moments import moment

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx

MAKE_EXPORT = "privacy.make_export"
LINK_SECONDS = 60


async def ask_for_export(tx: Tx, actor: Actor, person: UUID) -> UUID:
    """Have all written down that is known of a person; the last file is forgotten. One at a time."""
    await user_with_id(tx, person)
    before = await tx.session.scalar(
        select(Export).where(Export.user_id == person, Export.requested_by == actor.user).with_for_update()
    )
    if before is not None:
        await refuse_while_written(tx, before)
        await tx.connection.execute(delete(Export).where(Export.id == before.id))
    export = new_id()
    job_id = await jobs.enqueue(tx, MAKE_EXPORT, {"export": str(export)})
    await tx.connection.execute(
        insert(Export).values(
            id=export,
            user_id=person,
            requested_by=actor.user,
            job_id=job_id,
            size=0,
            created_at=tx.now,
        )
    )
    if person != actor.user:
        await record(tx, actor, Act("account.export_asked", None, person))
        await tell_owner(tx, person, "data_exported")
    return export


async def begin(tx: Tx, export: UUID, lease: UUID) -> UUID:
    """Begin to write from the start; whose data it is. Forbidden if who asked may not have it any more."""
    found = await tx.session.get(Export, export, with_for_update=True)
    if found is None:
        raise NotFound("This export is not wanted any more")
    await _may_still_have_it(tx, found)
    await tx.connection.execute(delete(ExportPiece).where(ExportPiece.export_id == export))
    found.lease, found.size = lease, 0
    return found.user_id


async def add_piece(tx: Tx, export: UUID, lease: UUID, piece: tuple[int, bytes], *, most: int) -> None:
    """The next piece; Conflict for a writer whose job somebody else has by now."""
    number, data = piece
    size = await tx.connection.scalar(
        update(Export)
        .where(Export.id == export, Export.lease == lease)
        .values(size=Export.size + len(data))
        .returning(Export.size)
    )
    if size is None:
        raise Conflict("This export is written by somebody else, or not wanted any more")
    if size > most:
        raise TooLarge("There is more than an export may have: see the setting max_export_mb")
    await tx.connection.execute(insert(ExportPiece).values(export_id=export, number=number, data=data))


async def complete(tx: Tx, export: UUID, lease: UUID, days: int) -> None:
    """The file is whole, and can be fetched for so many days."""
    found = await tx.session.get(Export, export, with_for_update=True, populate_existing=True)
    if found is None or found.lease != lease:
        return  # nobody wants it any more
    await _may_still_have_it(tx, found)
    now = moment(tx.connection, tx.now)
    await tx.connection.execute(
        update(Export)
        .where(Export.id == export)
        .values(lease=None, ready_at=now, expires_at=now + days * DAY)
    )


async def make_link(tx: Tx, actor: Actor, export: UUID) -> str:
    """A link that fetches the file once, in the session that asks for it."""
    found = await _own(tx, actor, export, tx.now)
    return await keep_link(tx, actor, Export, found.id, LINK_SECONDS)


async def use_link(tx: Tx, actor: Actor, export: UUID, token: str) -> Export:
    """The file that the link is for; it does not work a second time, nor in another session."""
    used = await tx.connection.scalar(
        update(Export)
        .where(
            Export.id == export,
            Export.requested_by == actor.user,
            Export.link_hash == fingerprint(token),
            Export.link_session == actor.session,
            Export.link_until > moment(tx.connection, tx.now),
        )
        .values(link_hash=None, link_session=None, link_until=None)
        .returning(Export.id)
    )
    if used is None:
        raise NotFound("This link does not hold: it works once, for a minute, in the session that got it")
    found = await _own(tx, actor, export, tx.now)
    if found.user_id != actor.user:
        await record(tx, actor, Act("account.export_fetched", None, found.user_id))
    return found


async def drop_export(tx: Tx, actor: Actor, export: UUID) -> None:
    """Forget a file before its time, or give up writing it."""
    gone = await tx.connection.execute(
        delete(Export).where(Export.id == export, Export.requested_by == actor.user)
    )
    if not gone.rowcount:
        raise NotFound("There is no such export")


async def forget_exports_of(tx: Tx, person: UUID) -> None:
    """No file with a person's data is left, nor one that they asked for."""
    await forget_workspace_exports_of(tx, person)
    await tx.connection.execute(
        delete(Export).where(or_(Export.user_id == person, Export.requested_by == person))
    )


async def forget_old_exports(tx: Tx) -> None:
    """Delete what nobody may fetch any more, and what was never finished."""
    await forget_old_workspace_exports(tx)
    await tx.connection.execute(delete(Export).where(is_over(tx, Export)))


async def still_there(read: Read, actor: Actor, export: UUID, now: int) -> bool:
    """Whether the file can be read on, by whoever began to."""
    try:
        await _own(read, actor, export, now)
    except (NotFound, Forbidden):
        return False
    return True


async def _own(read: Read, actor: Actor, export: UUID, now: int) -> Export:
    """A finished file that the actor asked for and may have now."""
    found = await read.session.scalar(
        select(Export)
        .where(
            Export.id == export,
            Export.requested_by == actor.user,
            Export.expires_at > moment(read.connection, now),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such export, or not yet, or not any more")
    await _may_still_have_it(read, found)
    return found


async def _may_still_have_it(read: Read, export: Export) -> None:
    asker = await find_user(read, export.requested_by)
    if asker is None or asker.deactivated_at is not None:
        raise Forbidden("Whoever asked for this has no account any more")
    if export.user_id != export.requested_by:
        await installation_to_administer(read, Actor(asker.id, asker.username, NO_SESSION))
