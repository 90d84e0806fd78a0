"""Exports of workspaces: asked for, finished, fetched with a link, forgotten."""

from __future__ import annotations

from collections.abc import Collection
from hmac import compare_digest
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, update

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import readable_among
from talkoot.chat.access.operations import (
    DROP_WORKSPACE_EXPORT,
    EXPORT_WORKSPACE,
    FETCH_WORKSPACE_EXPORT,
    LINK_WORKSPACE_EXPORT,
    Operation,
)
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.exports.models import WorkspaceExport, WrittenFile
from talkoot.chat.messages.events import OwnChanged
from talkoot.kernel import jobs
from talkoot.kernel.audit import Act, record
from talkoot.kernel.clock import DAY, SECOND
from talkoot.kernel.errors import Conflict, Forbidden, NotFound
from talkoot.kernel.ids import fingerprint, new_id, new_token
from talkoot.kernel.moments import current_moment, moment
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx

WRITE_EXPORT, DROP_CONTENT = "exports.write", "exports.drop"
LINK_SECONDS = 3600
_GIVEN_UP = DAY  # after so long without an end nobody writes it any more


class Asked(Value, frozen=True):
    """Who wants which workspace."""

    workspace: UUID
    user: UUID


class Place(Value, frozen=True):
    """Which export of which workspace, at which moment by the caller's clock."""

    workspace: UUID
    export: UUID
    now: int


class Written(Value, frozen=True):
    """What an export became: its name in the storage, its bytes, and the rooms that are in it."""

    content: str
    size: int
    rooms: Collection[UUID]


async def ask_for_workspace_export(tx: Tx, actor: Actor, workspace: UUID) -> None:
    """Have what the actor may read of a workspace written down; the file before is forgotten."""
    await resource_for(tx, actor, EXPORT_WORKSPACE, workspace)
    mine = (WorkspaceExport.workspace_id == workspace, WorkspaceExport.requested_by == actor.user)
    before = await tx.session.scalar(select(WorkspaceExport).where(*mine).with_for_update())
    if before is not None:
        await refuse_while_written(tx, before)
        await _forget(tx, [before.id])
    export = new_id()
    job_id = await jobs.enqueue(tx, WRITE_EXPORT, {"export": str(export)})
    assert job_id is not None
    tx.session.add(
        WorkspaceExport(
            id=export,
            workspace_id=workspace,
            requested_by=actor.user,
            job_id=job_id,
            rooms="",
            size=0,
            created_at=tx.now,
        )
    )
    await tx.flush()
    await record(tx, actor, Act("workspace.export_asked", workspace, workspace))


async def begin_export(read: Read, export: UUID) -> Asked:
    """What is to be written for whom; NotFound or Forbidden if that is not wanted, or allowed, any more."""
    found = await read.session.get(WorkspaceExport, export)
    if found is None:
        raise NotFound("This export is not wanted any more")
    await _may_still_ask(read, found)
    return Asked(found.workspace_id, found.requested_by)


async def end_export(tx: Tx, export: UUID, written: Written, days: int) -> None:
    """The file is whole, and can be fetched for so many days; who asked is told."""
    found = await tx.session.get(WorkspaceExport, export, with_for_update=True, populate_existing=True)
    if found is None:  # nobody wants it any more
        await jobs.enqueue(tx, DROP_CONTENT, {"export": str(export)})
        return
    await _may_still_ask(tx, found)
    now = moment(tx.connection, tx.now)
    await tx.connection.execute(
        update(WorkspaceExport)
        .where(WorkspaceExport.id == export)
        .values(
            content=written.content,
            size=written.size,
            rooms="\n".join(str(room) for room in sorted(written.rooms)),
            ready_at=now,
            expires_at=now + days * DAY,
        )
    )
    told = {"export": export, "workspace": found.workspace_id}
    await tx.emit(OwnChanged(found.requested_by, "export.ready", told))


async def link_workspace_export(tx: Tx, actor: Actor, workspace: UUID, export: UUID) -> str:
    """A link that fetches the file for an hour, in the session that asks for it."""
    await _own(tx, actor, LINK_WORKSPACE_EXPORT, Place(workspace, export, tx.now))
    token = await keep_link(tx, actor, WorkspaceExport, export, LINK_SECONDS)
    await record(tx, actor, Act("workspace.export_fetched", workspace, workspace))
    return token


async def linked(read: Read, actor: Actor, place: Place, token: str) -> WorkspaceExport:
    """The file that a link is for, if it holds and the actor may still have all that is in it."""
    found = await _own(read, actor, FETCH_WORKSPACE_EXPORT, place)
    now = await current_moment(read.connection, place.now)
    if (
        not compare_digest(found.link_hash or b"", fingerprint(token))
        or found.link_session != actor.session
        or (found.link_until or 0) <= now
    ):
        raise NotFound("This link does not hold: it works for an hour, in the session that got it")
    return found


async def drop_workspace_export(tx: Tx, actor: Actor, workspace: UUID, export: UUID) -> None:
    """Forget a file before its time, or give up writing it."""
    await resource_for(tx, actor, DROP_WORKSPACE_EXPORT, workspace)
    found = await tx.session.get(WorkspaceExport, export, with_for_update=True)
    if found is None or (found.workspace_id, found.requested_by) != (workspace, actor.user):
        raise NotFound("There is no such export")
    await _forget(tx, [export])


async def forget_old_workspace_exports(tx: Tx) -> None:
    """Delete what nobody may fetch any more, and what was never finished."""
    old = select(WorkspaceExport.id).where(is_over(tx, WorkspaceExport))
    await _forget(tx, (await tx.connection.scalars(old)).all())


async def forget_workspace_exports_of(tx: Tx, person: UUID) -> None:
    """No file is left that somebody asked for."""
    theirs = select(WorkspaceExport.id).where(WorkspaceExport.requested_by == person)
    await _forget(tx, (await tx.connection.scalars(theirs)).all())


async def refuse_while_written(tx: Tx, before: WrittenFile) -> None:
    """Conflict while the file that somebody asked for before is still being written."""
    job = await tx.session.get(jobs.Job, before.job_id)
    if before.ready_at is None and job is not None and job.state in {jobs.READY, jobs.RUNNING}:
        raise Conflict("An export is being made already", code="export_in_the_making")


async def keep_link(tx: Tx, actor: Actor, kind: type[WrittenFile], file: UUID, seconds: int) -> str:
    """A link to a file for so long, in the actor's session; only its hash is kept."""
    token = new_token()
    until = moment(tx.connection, tx.now) + seconds * SECOND
    values = {"link_hash": fingerprint(token), "link_session": actor.session, "link_until": until}
    await tx.connection.execute(update(kind).where(kind.id == file).values(values))
    return token


def is_over(tx: Tx, kind: type[WrittenFile]) -> ColumnElement[bool]:
    """Whether nobody may fetch a file any more, or nobody has finished writing it in a day."""
    now = moment(tx.connection, tx.now)
    return or_(kind.expires_at <= now, kind.ready_at.is_(None) & (kind.created_at < now - _GIVEN_UP))


async def _forget(tx: Tx, exports: Collection[UUID]) -> None:
    await tx.connection.execute(delete(WorkspaceExport).where(WorkspaceExport.id.in_(exports)))
    for export in exports:
        await jobs.enqueue(tx, DROP_CONTENT, {"export": str(export)})


async def _own(read: Read, actor: Actor, operation: Operation, place: Place) -> WorkspaceExport:
    """A finished file that the actor asked for, all of which they may read now."""
    await resource_for(read, actor, operation, place.workspace)
    found = await read.session.scalar(
        select(WorkspaceExport)
        .where(
            WorkspaceExport.id == place.export,
            WorkspaceExport.workspace_id == place.workspace,
            WorkspaceExport.requested_by == actor.user,
            WorkspaceExport.expires_at > moment(read.connection, place.now),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such export, or not yet, or not any more")
    rooms = {UUID(room) for room in found.rooms.splitlines()}
    if rooms - (await readable_among(read, actor.user, rooms)).keys():
        raise Forbidden("There is a room in it that you may not read any more: have another one made")
    return found


async def _may_still_ask(read: Read, export: WorkspaceExport) -> None:
    asker = await user_with_id(read, export.requested_by)
    if asker.deactivated_at is not None:
        raise Forbidden("Whoever asked for this has no account any more")
    actor = Actor(asker.id, asker.username, NO_SESSION, asker.bot)
    await resource_for(read, actor, EXPORT_WORKSPACE, export.workspace_id)
