"""What people are along the tree: memberships, roles and sanctions, read in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import field
from msgspec.structs import replace
from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    cast,
    null,
    or_,
    select,
    union_all,
)

from talkoot.chat.access.models import Membership, Sanction
from talkoot.chat.access.resolution import Held, Standing
from talkoot.kernel.slices import slices
from talkoot.kernel.types import Id
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.chat.access.queries import Lineage
    from talkoot.kernel.transactions import Read


def counts_at(now: int) -> ColumnElement[bool]:
    """Whether a sanction counts at a moment: it was not lifted, and its time is not over."""
    return and_(Sanction.ended_at.is_(None), or_(Sanction.until.is_(None), Sanction.until > now))


class Belonging(State):
    """The nodes that somebody belongs to, with the role they have there, and the sanctions they are under."""

    user: UUID
    roles: dict[UUID, UUID | None] = field(default_factory=dict)
    sanctions: list[Held] = field(default_factory=list)

    def standing(self, workspace: UUID, nodes: Collection[UUID] | None = None) -> Standing:
        """Their standing among these nodes, or all, of a workspace; none for who is not in it."""
        if workspace not in self.roles:
            return Standing(self.user, frozenset(), frozenset())
        mine = [node for node in (self.roles if nodes is None else nodes) if node in self.roles]
        roles = frozenset(role for node in mine if (role := self.roles[node]) is not None)
        return Standing(self.user, roles, frozenset(mine), tuple(self.sanctions))

    def along(self, lineage: Lineage) -> Standing:
        """Their standing along a lineage; the members of a thread are those of its room."""
        found = self.standing(lineage.workspace, lineage.nodes)
        if lineage.kind == "thread" and lineage.nodes[1] in found.memberships:
            return replace(found, memberships=found.memberships | {lineage.resource})
        return found


def _belonging(nodes: Any = None) -> CompoundSelect[Any]:
    theirs: Any = bindparam("users", expanding=True)
    member = select(
        Membership.user_id,
        Membership.resource_id,
        Membership.role_id,
        cast(null(), String).label("kind"),
        cast(null(), BigInteger).label("until"),
    ).where(Membership.user_id.in_(theirs))
    under = select(
        Sanction.user_id, Sanction.resource_id, cast(null(), Id), Sanction.kind, Sanction.until
    ).where(Sanction.user_id.in_(theirs), Sanction.ended_at.is_(None))
    if nodes is not None:
        member = member.where(Membership.resource_id.in_(nodes))
        under = under.where(Sanction.resource_id.in_(nodes))
    return union_all(member, under)


_OF_THESE = _belonging()


async def memberships_of(read: Read, users: Collection[UUID]) -> dict[UUID, Belonging]:
    """What each of these people belongs to."""
    held: dict[UUID, Belonging] = {}
    for some in slices(users):
        held |= _sorted(some, await read.connection.execute(_OF_THESE, {"users": some}))
    return held


async def standing_of(read: Read, lineage: Lineage, user: UUID) -> Standing:
    """Someone's standing along a lineage. Whoever left the workspace stands nowhere in it."""
    return (await _belonging_of(read, user, lineage.nodes)).along(lineage)


async def standing_among(read: Read, user: UUID, workspace: UUID, nodes: Select[UUID]) -> Standing:
    """Someone's standing among these nodes of a workspace."""
    return (await _belonging_of(read, user, nodes)).standing(workspace)


async def _belonging_of(read: Read, user: UUID, nodes: Sequence[UUID] | Select[UUID]) -> Belonging:
    found = await read.connection.execute(_belonging(nodes), {"users": [user]})
    return _sorted([user], found)[user]


def _sorted(users: Collection[UUID], rows: Any) -> dict[UUID, Belonging]:
    held = {user: Belonging(user) for user in users}
    for user, resource, role, kind, until in rows:
        if kind is None:
            held[user].roles[resource] = role
        else:
            held[user].sanctions.append(Held(resource, kind, until))
    return held
