"""From the tables of access to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.schemas import (
    Considered,
    ConsideredEntry,
    EntryOut,
    Explanation,
    MemberOut,
    RoleOut,
)
from talkoot.chat.accounts.views import public_user
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.explaining import Explained
    from talkoot.chat.access.models import Membership, Role
    from talkoot.chat.access.permissions import Permission
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


def role_out(role: Role, held: frozenset[str]) -> RoleOut:
    """A role on the wire."""
    return RoleOut(
        id=role.id, name=role.name, rank=role.rank, built_in=role.built_in, permissions=sorted(held)
    )


def explanation_of(explained: Explained, user: UUID, permission: Permission) -> Explanation:
    """A decision and its reasons on the wire."""
    verdict, lineage = explained.verdict, explained.lineage
    return Explanation(
        user=user,
        permission=permission,
        allowed=verdict.allowed,
        decided_by=entry_out(verdict.entry) if verdict.entry else None,
        archived=lineage.archived,
        sanctioned=verdict.sanctioned,
        lineage=list(lineage.nodes),
        chain=[
            Considered(
                resource=step.resource,
                kind=step.kind,
                entries=[
                    ConsideredEntry(
                        **entry_out(entry).model_dump(), matches=matches, decides=entry is verdict.entry
                    )
                    for entry, matches in step.entries
                ],
            )
            for step in explained.chain
        ],
    )
