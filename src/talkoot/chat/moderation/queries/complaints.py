"""Reading what people told moderators: reports and appeals."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, false, func, or_, select

from talkoot.chat.access.models import Sanction, Workspace
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.standings import counts_at
from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import HeldMessage, Message
from talkoot.chat.moderation.access import decides_on_sanctions, moderates
from talkoot.chat.moderation.models import Appeal, Case, Report
from talkoot.chat.moderation.views.complaints import AppealRow, CaseRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from talkoot.chat.access.cache import Grants
    from talkoot.kernel.transactions import Read

_SHOWN = 20  # reports of one case


async def cases_for(
    read: Read, user: UUID, inside: Mapping[UUID, Grants], *, state: str, after: UUID | None, limit: int
) -> list[CaseRow]:
    """What was reported where somebody moderates, the oldest first; `inside` is all they may do there."""
    query = (
        select(Case, User, Message)
        .join(User, User.id == Case.user_id)
        .outerjoin(Message, Message.id == Case.message_id)
        .where(*_for(user, inside, state))
        .order_by(Case.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Case.id > after)
    rows = (await read.session.execute(query)).all()
    reports = await _first_reports(read, [row[0].id for row in rows])
    readable = {node for node, grants in inside.items() if Permission.ROOM_READ in grants.permissions}
    return [
        CaseRow(case, whom, message, reports.get(case.id, ()), case.room_id in readable)
        for case, whom, message in rows
    ]


async def cases_waiting(read: Read, user: UUID, inside: Mapping[UUID, Grants]) -> tuple[int, UUID | None]:
    """How many are open where somebody moderates, and the newest of them."""
    newest = (
        select(Case.id, func.count().over())
        .where(*_for(user, inside, "open"))
        .order_by(Case.id.desc())
        .limit(1)
    )
    found = (await read.connection.execute(newest)).one_or_none()
    return (0, None) if found is None else (found[1], found[0])


async def case_row(read: Read, case_id: UUID, *, inside: bool) -> CaseRow:
    """One, by somebody who passed a door to it before."""
    case = await read.session.get_one(Case, case_id)
    message = await read.session.get(Message, case.message_id) if case.message_id is not None else None
    reports = await _first_reports(read, [case_id])
    return CaseRow(case, await read.session.get_one(User, case.user_id), message, reports[case_id], inside)


async def own_reports(
    read: Read, user: UUID, *, after: UUID | None, limit: int
) -> Sequence[tuple[Report, Case, User]]:
    """What somebody reported, the newest first."""
    query = (
        select(Report, Case, User)
        .join(Case, Case.id == Report.case_id)
        .join(User, User.id == Case.user_id)
        .where(Report.reporter_id == user)
        .order_by(Report.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(Report.id < after)
    return [(report, case, whom) for report, case, whom in await read.session.execute(query)]


async def appeals_for(
    read: Read, inside: Mapping[UUID, Grants], *, state: str, after: UUID | None, limit: int
) -> list[AppealRow]:
    """What was asked where somebody moderates, the oldest first; none that is open and over by itself."""
    top = next(grants for grants in inside.values() if grants.kind == "workspace")
    of_sanctions = [node for node, grants in inside.items() if decides_on_sanctions(grants)]
    of_held = [node for node, grants in inside.items() if grants.kind == "room" and moderates(grants)]
    query = _appeals().where(
        Appeal.workspace_id == top.resource,
        Appeal.state == state,
        or_(
            and_(Appeal.sanction_id.is_not(None), Appeal.resource_id.in_(of_sanctions)),
            and_(Appeal.held_id.is_not(None), Appeal.resource_id.in_(of_held)),
        ),
    )
    if state == "open":
        query = query.where(or_(Appeal.held_id.is_not(None), Sanction.ended_at.is_(None)))
    if after is not None:
        query = query.where(Appeal.id > after)
    return await _appeal_rows(read, query.order_by(Appeal.id).limit(limit))


async def own_appeals(read: Read, user: UUID, *, after: UUID | None, limit: int) -> list[AppealRow]:
    """What somebody asked, the newest first."""
    query = _appeals().where(Appeal.user_id == user)
    if after is not None:
        query = query.where(Appeal.id < after)
    return await _appeal_rows(read, query.order_by(Appeal.id.desc()).limit(limit))


async def appeal_row(read: Read, appeal: UUID) -> AppealRow:
    """One, by somebody who passed a door to it before."""
    (found,) = await _appeal_rows(read, _appeals().where(Appeal.id == appeal))
    return found


async def own_sanctions(
    read: Read, user: UUID, now: int
) -> Sequence[tuple[Sanction, Workspace, Appeal | None]]:
    """The mutes and bans that somebody is under, with the workspace and what came of an appeal."""
    found = await read.session.execute(
        select(Sanction, Workspace, Appeal)
        .join(Workspace, Workspace.id == Sanction.workspace_id)
        .outerjoin(Appeal, Appeal.sanction_id == Sanction.id)
        .where(
            Sanction.user_id == user,
            counts_at(now),
        )
        .order_by(Sanction.id)
    )
    return [(sanction, workspace, appeal) for sanction, workspace, appeal in found]


def _for(user: UUID, inside: Mapping[UUID, Grants], state: str) -> tuple[ColumnElement[bool], ...]:
    """Cases in a state that somebody decides on, who may do so much there."""
    rooms = {node for node, grants in inside.items() if grants.kind == "room" and moderates(grants)}
    top = next(grants for grants in inside.values() if grants.kind == "workspace")
    theirs = or_(Case.room_id.in_(rooms), _outside(top))
    return Case.workspace_id == top.resource, Case.state == state, Case.user_id != user, theirs


def _outside(top: Grants) -> ColumnElement[bool]:
    """Cases that are for the moderators of the workspace, as far as these are some."""
    held = [
        about
        for about, needed in (
            (Case.message_id.is_not(None), Permission.MESSAGES_MODERATE),
            (Case.message_id.is_(None), Permission.MEMBERS_MODERATE),
        )
        if needed in top.permissions
    ]
    return and_(Case.outside, or_(false(), *held))


async def _first_reports(read: Read, cases: Collection[UUID]) -> dict[UUID, list[tuple[Report, User]]]:
    place = func.row_number().over(partition_by=Report.case_id, order_by=Report.id).label("place")
    placed = select(Report.id, place).where(Report.case_id.in_(cases)).subquery()
    found = await read.session.execute(
        select(Report, User)
        .join(placed, placed.c.id == Report.id)
        .join(User, User.id == Report.reporter_id)
        .where(placed.c.place <= _SHOWN)
        .order_by(Report.id)
    )
    reports: dict[UUID, list[tuple[Report, User]]] = {case: [] for case in cases}
    for report, user in found:
        reports[report.case_id].append((report, user))
    return reports


def _appeals() -> Select[*tuple[Any, ...]]:
    return (
        select(Appeal, User, Sanction, HeldMessage)
        .join(User, User.id == Appeal.user_id)
        .outerjoin(Sanction, Sanction.id == Appeal.sanction_id)
        .outerjoin(HeldMessage, HeldMessage.id == Appeal.held_id)
    )


async def _appeal_rows(read: Read, query: Select[*tuple[Any, ...]]) -> list[AppealRow]:
    return [AppealRow(*row) for row in await read.session.execute(query)]
