"""From the tables of access to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.schemas import EntryOut, MemberOut
from talkoot.chat.accounts.views import public_user
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.chat.access.models import Membership
    from talkoot.chat.access.resolution import Entry
    from talkoot.chat.accounts.models import User


def member_out(user: User, membership: Membership, role: str | None) -> MemberOut:
    """A member on the wire."""
    return MemberOut(user=public_user(user), role=role, joined_at=rfc3339(membership.joined_at))


def entry_out(entry: Entry) -> EntryOut:
    """An access entry on the wire."""
    return EntryOut(
        id=entry.id,
        resource=entry.resource,
        allow=entry.allow,
        principal=entry.principal,
        principal_id=entry.principal_id,
        permissions=sorted(entry.permissions),
    )
