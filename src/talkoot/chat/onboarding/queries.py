"""Reading the installation and its invitations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.models import Workspace
from talkoot.chat.onboarding.models import THE_ONE, Installation, Invitation
from talkoot.kernel.ids import fingerprint

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.kernel.transactions import Read


async def first_workspace(read: Read) -> UUID | None:
    """The workspace that the first run made; None before it."""
    return await read.connection.scalar(select(Installation.workspace_id).where(Installation.id == THE_ONE))


async def find_invitation(read: Read, token: str, now: int) -> tuple[Invitation, str] | None:
    """The invitation with this token, if it still lets somebody in, and the name of its workspace."""
    found = await read.session.execute(
        select(Invitation, Workspace.name)
        .join(Workspace, Workspace.id == Invitation.workspace_id)
        .where(Invitation.token_hash == fingerprint(token), *standing(now))
    )
    row = found.first()
    return (row[0], row[1]) if row else None


async def invited_address(read: Read, token: str) -> str | None:
    """Where the invitation with this token was mailed to, if it was."""
    return await read.connection.scalar(
        select(Invitation.email).where(Invitation.token_hash == fingerprint(token))
    )


async def invitations_to(
    read: Read, workspace: UUID, now: int, *, by: UUID | None, after: UUID | None, limit: int
) -> Sequence[Invitation]:
    """The invitations to a workspace that still stand, or only those that one person made, oldest first."""
    query = select(Invitation).where(Invitation.workspace_id == workspace, *standing(now))
    if by is not None:
        query = query.where(Invitation.created_by == by)
    if after is not None:
        query = query.where(Invitation.id > after)
    return (await read.session.scalars(query.order_by(Invitation.id).limit(limit))).all()


def standing(now: int) -> tuple[ColumnElement[bool], ...]:
    """What makes an invitation let people in."""
    return (
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
        Invitation.uses < Invitation.max_uses,
    )
