"""Reading identities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.identities.models import Identity, IdentitySession

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def find_identity(read: Read, issuer: str, subject: str) -> Identity | None:
    """Who this issuer means by this subject, if it was ever seen."""
    found = select(Identity).where(Identity.issuer == issuer, Identity.subject == subject)
    return (await read.session.scalars(found)).first()


async def identities_of(read: Read, user: UUID) -> Sequence[Identity]:
    """The identities that open someone's account, oldest first."""
    found = select(Identity).where(Identity.user_id == user).order_by(Identity.id)
    return (await read.session.scalars(found)).all()


async def sessions_begun_with(
    read: Read, issuer: str, subject: str | None, sid: str | None
) -> Sequence[tuple[UUID, UUID]]:
    """Session and user of all that began with an identity, or in one session of the issuer."""
    query = select(IdentitySession.session_id, Identity.user_id).join(
        Identity, Identity.id == IdentitySession.identity_id
    )
    query = query.where(Identity.issuer == issuer)
    if subject is not None:
        query = query.where(Identity.subject == subject)
    if sid is not None:
        query = query.where(IdentitySession.sid == sid)
    return [(row.session_id, row.user_id) for row in await read.connection.execute(query)]
