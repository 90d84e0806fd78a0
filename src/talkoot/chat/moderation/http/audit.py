"""The audit log over HTTP: page by page, and all of it as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse

from talkoot.chat.access.operations import EXPORT_ACTS, LIST_ACTS, LIST_ACTS_OF_INSTALLATION, Operation
from talkoot.chat.accounts.actors import Actor
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.moderation.access import audit_to_read
from talkoot.chat.moderation.schemas import ActOut
from talkoot.chat.moderation.views import act_line, act_out
from talkoot.kernel.audit import AuditFilter, AuditRecord, newest_acts
from talkoot.kernel.clock import from_datetime
from talkoot.kernel.context import Kernel
from talkoot.kernel.errors import Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router
from talkoot.kernel.paging import Limit, Page, page_of

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["audit"])

AT_ONCE = 500  # acts that are read in one view while they are exported
_LINES: dict[int | str, dict[str, Any]] = {
    200: {"description": "One act a line.", "content": {"application/x-ndjson": {}}}
}

After = Annotated[UUID | None, Query(description="`next` of the page before.")]
Kind = Annotated[str | None, Query(max_length=80, pattern=r"^[a-z._]+$", description="`member.removed`, ...")]
Moment = Annotated[datetime | None, Query(description="RFC 3339; without a zone it is UTC.")]


async def _wanted(
    actor: UUID | None = None,
    subject: UUID | None = None,
    kind: Kind = None,
    since: Moment = None,
    until: Moment = None,
) -> AuditFilter:
    return AuditFilter(
        actor,
        subject,
        kind,
        from_datetime(since) if since else None,
        from_datetime(until) if until else None,
    )


Search = Annotated[AuditFilter, Depends(_wanted)]


@router.get("/workspaces/{workspace}/audit")
async def list_acts(
    kernel: KernelDep,
    me: CurrentActor,
    workspace: UUID,
    wanted: Search,
    after: After = None,
    limit: Limit = 50,
) -> Page[ActOut]:
    """Who did what in a workspace, the newest first; it takes the permission `audit.read`."""
    found = await _some(kernel, me, LIST_ACTS, (workspace, wanted), after, limit + 1)
    return page_of([act_out(act) for act in found], limit, key=lambda act: act.id)


@router.get("/audit")
async def list_acts_of_installation(
    kernel: KernelDep, me: CurrentActor, wanted: Search, after: After = None, limit: Limit = 50
) -> Page[ActOut]:
    """What concerned no workspace: accounts and jobs; for owners of the first workspace."""
    found = await _some(kernel, me, LIST_ACTS_OF_INSTALLATION, (None, wanted), after, limit + 1)
    return page_of([act_out(act) for act in found], limit, key=lambda act: act.id)


@router.get("/workspaces/{workspace}/audit/export", response_class=StreamingResponse, responses=_LINES)
async def export_acts(
    kernel: KernelDep, me: CurrentActor, workspace: UUID, wanted: Search
) -> StreamingResponse:
    """The same as lines of JSON, all of them. It ends early if the permission is lost meanwhile."""
    first = await _some(kernel, me, EXPORT_ACTS, (workspace, wanted), None, AT_ONCE)

    async def lines() -> AsyncIterator[str]:
        some = first
        while some:
            yield "".join(map(act_line, some))
            some = await _some(kernel, me, EXPORT_ACTS, (workspace, wanted), some[-1].id, AT_ONCE)

    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"', "Cache-Control": "no-store"}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


async def _some(
    kernel: Kernel,
    me: Actor,
    operation: Operation,
    asked: tuple[UUID | None, AuditFilter],
    before: UUID | None,
    limit: int,
) -> Sequence[AuditRecord]:
    async with kernel.uow.read() as read:
        await audit_to_read(read, me, operation, asked[0])
        return await newest_acts(read, *asked, before=before, limit=limit)
