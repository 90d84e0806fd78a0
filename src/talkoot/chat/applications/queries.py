"""Reading applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.applications.models import Application, ApplicationUser

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def applications_of(read: Read, workspace: UUID) -> Sequence[Application]:
    """The applications of a workspace, the oldest first."""
    found = select(Application).where(Application.workspace_id == workspace).order_by(Application.id)
    return (await read.session.scalars(found)).all()


async def secrets_of(read: Read, user: UUID) -> Sequence[Application]:
    """The applications with a shared secret that this person registered or took over, and may have kept."""
    mine = Application.made_by == user, Application.secret.is_not(None)
    return (await read.session.scalars(select(Application).where(*mine).order_by(Application.id))).all()


async def application_in(read: Read, workspace: UUID, application: UUID) -> Application | None:
    """One application of a workspace."""
    found = await read.session.get(Application, application)
    return found if found is not None and found.workspace_id == workspace else None


async def application_that_issues(read: Read, issuer: str) -> Application | None:
    """The application that calls itself this, if it may sign anybody in."""
    return await read.session.scalar(
        select(Application).where(Application.issuer == issuer, Application.disabled_at.is_(None))
    )


async def user_known_as(read: Read, application: UUID, subject: str) -> UUID | None:
    """Whom an application means by this subject."""
    return await read.session.scalar(
        select(ApplicationUser.user_id).where(
            ApplicationUser.application_id == application, ApplicationUser.subject == subject
        )
    )
