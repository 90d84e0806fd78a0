"""Reports over HTTP: those of one's own, and what moderators decide on."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_inside, grants_of
from talkoot.chat.access.operations import LIST_REPORTS
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.moderation.actions import cases, reporting
from talkoot.chat.moderation.queries import complaints
from talkoot.chat.moderation.schemas import CaseOut, NewReport, NewUserReport, OwnReport, Verdict
from talkoot.chat.moderation.views.complaints import case_out, own_report
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.rate_limits import Rule
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["moderation"])

REPORTS = Rule("reports", limit=20, period_seconds=3600)  # of one person

After = Annotated[UUID | None, Query(description="`next` of the page before.")]


@router.post("/messages/{message}/reports", status_code=201, responses=problems(Conflict))
async def report_message(kernel: KernelDep, actor: CurrentActor, message: UUID, new: NewReport) -> OwnReport:
    """Report a message to who moderates there; its author and other members do not learn who did.

    Of a direct message, and where nobody but its author moderates, the moderators of the workspace see that
    one message, and nothing else of the room.
    """
    await kernel.limits.require(str(actor.user), REPORTS)
    complaint = reporting.Complaint(new.reason, new.text)

    async def action(tx: Tx) -> OwnReport:
        made, case = await reporting.report_message(tx, actor, message, complaint)
        return own_report(made, case, await user_with_id(tx, case.user_id))

    return await kernel.uow.run(action)


@router.post("/workspaces/{workspace}/reports", status_code=201, responses=problems(Conflict))
async def report_user(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: NewUserReport
) -> OwnReport:
    """Report a member to who moderates the workspace."""
    await kernel.limits.require(str(actor.user), REPORTS)
    complaint = reporting.Complaint(new.reason, new.text)

    async def action(tx: Tx) -> OwnReport:
        made, case = await reporting.report_user(tx, actor, workspace, new.user, complaint)
        return own_report(made, case, await user_with_id(tx, case.user_id))

    return await kernel.uow.run(action)


@router.get("/users/me/reports")
async def list_own_reports(
    kernel: KernelDep, actor: CurrentActor, after: After = None, limit: Limit = 50
) -> Page[OwnReport]:
    """What one has reported, the newest first, and whether it was handled."""
    async with kernel.uow.read() as read:
        found = await complaints.own_reports(read, actor.user, after=after, limit=limit + 1)
    return page_of([own_report(*each) for each in found], limit, key=lambda each: each.id)


@router.get("/workspaces/{workspace}/reports")
async def list_reports(
    kernel: KernelDep,
    actor: CurrentActor,
    workspace: UUID,
    state: Annotated[Literal["open", "closed"], Query()] = "open",
    after: After = None,
    limit: Limit = 50,
) -> Page[CaseOut]:
    """What was reported where one moderates, the oldest first, all of one message together."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_REPORTS, workspace)
        inside = await grants_inside(read, actor.user, workspace)
        found = await complaints.cases_for(
            read, actor.user, inside, state=state, after=after, limit=limit + 1
        )
    return page_of([case_out(each) for each in found], limit, key=lambda each: each.id)


@router.post("/workspaces/{workspace}/reports/{report}/close", responses=problems(Conflict))
async def close_report(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, report: UUID, given: Verdict
) -> CaseOut:
    """Decide on all reports of one message or person; who reported it is told that it was handled."""
    deciding = cases.Deciding(frozenset(given.actions), given.reason, given.everywhere, given.expires_in)

    async def action(tx: Tx) -> CaseOut:
        case = await cases.close_case(tx, actor, workspace, report, deciding)
        room = await grants_of(tx, actor.user, case.room_id) if case.room_id is not None else None
        inside = room is not None and Permission.ROOM_READ in room.permissions
        return case_out(await complaints.case_row(tx, report, inside=inside))

    return await kernel.uow.run(action)
