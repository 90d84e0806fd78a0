"""From reports and appeals to what is on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from talkoot.chat.accounts.views import public_user
from talkoot.chat.moderation.schemas import AppealOut, CaseOut, OwnReport, OwnSanction, ReportOut
from talkoot.kernel.clock import rfc3339, rfc3339_or_none
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.models import Sanction, Workspace
    from talkoot.chat.accounts.models import User
    from talkoot.chat.messages.models import HeldMessage, Message
    from talkoot.chat.moderation.models import Appeal, Case, Report


class CaseRow(Value, frozen=True):
    """A case, whom it is about, the message now, and the first reports; `inside` for who reads its room."""

    case: Case
    user: User
    message: Message | None
    reports: Sequence[tuple[Report, User]]
    inside: bool


class AppealRow(Value, frozen=True):
    """An appeal, who asks, and against what."""

    appeal: Appeal
    user: User
    sanction: Sanction | None
    held: HeldMessage | None


def own_report(report: Report, case: Case, user: User) -> OwnReport:
    """A report, as shown to who made it."""
    return OwnReport(
        id=report.id,
        message=case.message_id,
        user=public_user(user),
        reason=cast("Any", report.reason),
        text=report.text,
        ts=rfc3339(report.created_at),
        state="open" if case.state == "open" else "handled",
    )


def case_out(row: CaseRow) -> CaseOut:
    """All reports of one message or person, as shown to who decides on them."""
    case, message = row.case, row.message
    return CaseOut(
        id=case.id,
        user=public_user(row.user),
        message=case.message_id,
        room=case.room_id if row.inside else None,
        seq=message.seq if message is not None and row.inside else None,
        text=case.text,
        now=_now(row),
        count=case.count,
        reports=[_report_out(*each) for each in row.reports],
        state=cast("Any", case.state),
        opened_at=rfc3339(case.opened_at),
        closed_at=rfc3339_or_none(case.closed_at),
        closed_by=case.closed_by,
        outcome=cast("Any", (case.outcome or "").split()),
        note=case.note,
    )


def appeal_out(row: AppealRow, *, own: bool = False) -> AppealOut:
    """An appeal; who decided is told to moderators, and not to who asked."""
    appeal, sanction, held = row.appeal, row.sanction, row.held
    against, because, first = "held", None, None
    if sanction is not None:
        against, because, first = sanction.kind, sanction.reason, sanction.created_by
    elif held is not None:
        because, first = held.reason, held.decided_by
    return AppealOut(
        id=appeal.id,
        workspace=appeal.workspace_id,
        resource=appeal.resource_id,
        user=public_user(row.user),
        against=cast("Any", against),
        sanction=appeal.sanction_id,
        held=appeal.held_id,
        because=because or "",
        message=held.text if held is not None else None,
        decided_first=None if own else first,
        text=appeal.text,
        state=cast("Any", appeal.state),
        created_at=rfc3339(appeal.created_at),
        decided_at=rfc3339_or_none(appeal.decided_at),
        decided_by=None if own else appeal.decided_by,
        reason=appeal.reason,
    )


def own_sanction(sanction: Sanction, workspace: Workspace, appeal: Appeal | None) -> OwnSanction:
    """A mute or ban, as shown to who is under it."""
    return OwnSanction(
        id=sanction.id,
        kind=cast("Literal['mute', 'ban']", sanction.kind),
        workspace=workspace.id,
        workspace_name=workspace.name,
        room=sanction.resource_id if sanction.resource_id != workspace.id else None,
        reason=sanction.reason,
        created_at=rfc3339(sanction.created_at),
        until=rfc3339_or_none(sanction.until),
        appeal=cast("Any", appeal.state) if appeal is not None else None,
        answer=appeal.reason if appeal is not None else None,
    )


def _report_out(report: Report, reporter: User) -> ReportOut:
    return ReportOut(
        reporter=public_user(reporter),
        reason=cast("Any", report.reason),
        text=report.text,
        ts=rfc3339(report.created_at),
        seen=report.seen,
    )


def _now(row: CaseRow) -> Literal["unchanged", "edited", "deleted"] | None:
    if row.message is None:
        return None
    if row.message.deleted_at is not None:
        return "deleted"
    changed = row.case.text is not None and row.message.text != row.case.text
    return "edited" if changed else "unchanged"
