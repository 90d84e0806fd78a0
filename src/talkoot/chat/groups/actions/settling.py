"""Giving people what their groups give them, and taking back what these gave before, and only that.

What groups gave is marked on the membership (`by_group`, `own_role_id`), so what a person gave by hand stays.
The role that counts is the higher one of that by hand and those of groups, and that of a group where they are
of one rank. Who came into a workspace only by
groups leaves it when none brings them in any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import delete, insert

from talkoot.chat.access.actions import add_members, are_banned, give_role
from talkoot.chat.access.administration import end_membership
from talkoot.chat.access.grants import versions_of
from talkoot.chat.access.queries import roles_of
from talkoot.chat.access.roles import OWNER
from talkoot.chat.groups.models import SeenGroup
from talkoot.chat.groups.queries import (
    Due,
    due_in,
    memberships_in,
    names_in_rules,
    workspaces_concerned,
)
from talkoot.chat.rooms.actions import bring_into_room, join_default_rooms, take_out_of_room
from talkoot.kernel import jobs
from talkoot.kernel.audit import Act, Itself, record

if TYPE_CHECKING:
    from talkoot.chat.access.models import Membership, Role
    from talkoot.chat.identities.events import CameIn, IdentityUnlinked
    from talkoot.kernel.transactions import Tx

SETTLE = "groups.settle"
AT_ONCE = 20  # people in one transaction, so that nobody waits long for the writer or for a room's log
_IN_ONE_JOB = 1_000  # people; jobs that run beside each other would make all others wait for each of them
PROVIDER = Itself("identity provider")
GUEST = "guest"


async def settle_who_came(tx: Tx, came: CameIn) -> None:
    """The groups that a provider names now replace those that were seen with this identity before."""
    told = {normalize("NFC", name).strip() for name in came.groups}
    seen = sorted(told & await names_in_rules(tx, came.provider)) if told else []
    await tx.connection.execute(delete(SeenGroup).where(SeenGroup.identity_id == came.identity))
    if seen:
        row = {"identity_id": came.identity, "provider": came.provider}
        await tx.connection.execute(insert(SeenGroup).values([{**row, "name": name} for name in seen]))
    await _settle_everywhere(tx, came.user)


async def settle_who_unlinked(tx: Tx, unlinked: IdentityUnlinked) -> None:
    """An identity opens the account no longer: what its groups gave goes with it."""
    await _settle_everywhere(tx, unlinked.user)


async def settle_many(tx: Tx, workspace: UUID, users: Sequence[UUID]) -> None:
    """After a change of the rules; whoever does not fit into one transaction follows in jobs."""
    await settle(tx, workspace, users[:AT_ONCE])
    for start in range(AT_ONCE, len(users), _IN_ONE_JOB):
        some = [str(user) for user in users[start : start + _IN_ONE_JOB]]
        await jobs.enqueue(tx, SETTLE, {"workspace": str(workspace), "users": some})


async def settle(tx: Tx, workspace: UUID, users: Collection[UUID]) -> None:
    """Let these people have in a workspace what is due to them by the rules and groups of now."""
    if not users:
        return
    await versions_of(tx, [workspace], exclusive=True)  # rules that are being changed are seen after this
    due = await due_in(tx, workspace, users)
    there = await memberships_in(tx, workspace, users)
    roles = {role.id: role for role in await roles_of(tx, workspace)}
    for user in users:
        one = _One(tx, workspace, user, roles)
        if await one.belongs(there[user].get(workspace), due[user]):
            await one.is_in_rooms(there[user], due[user])


async def _settle_everywhere(tx: Tx, user: UUID) -> None:
    workspaces = sorted(await workspaces_concerned(tx, user))
    await versions_of(tx, workspaces, exclusive=True)  # all at once, in one order
    for workspace in workspaces:
        await settle(tx, workspace, [user])


class _One:
    """One person in one workspace."""

    def __init__(self, tx: Tx, workspace: UUID, user: UUID, roles: dict[UUID, Role]) -> None:
        self.tx, self.workspace, self.user, self.roles = tx, workspace, user, roles

    async def belongs(self, there: Membership | None, due: Due) -> bool:
        """Settle whether they are in the workspace, and as what; whether they are in it then."""
        if there is None:
            return due.role is not None and await self._comes_in(due.role)
        if there.by_group and due.role is None:
            await self._write_down("member.removed", {"role": self._name(there.role_id)}, None)
            await end_membership(self.tx, self.workspace, self.user)
            return False
        await self._has_role(there, due.role)
        return True

    async def is_in_rooms(self, there: dict[UUID, Membership], due: Due) -> None:
        """Settle which rooms they are in by groups."""
        for room in sorted(due.rooms - there.keys()):
            if await are_banned(self.tx, room, [self.user], workspace=self.workspace):
                continue
            if await bring_into_room(self.tx, room, self.user, by_group=True):
                await self._write_down("room.member_added", None, None, room)
        for room, membership in sorted(there.items()):
            if membership.by_group and room != self.workspace and room not in due.rooms:
                await take_out_of_room(self.tx, room, self.user, by=self.user)
                await self._write_down("room.member_removed", None, None, room)

    async def _comes_in(self, role: Role) -> bool:
        tx, workspace, user = self.tx, self.workspace, self.user
        if await are_banned(tx, workspace, [user], workspace=workspace):
            return False
        await add_members(tx, workspace, [user], workspace=workspace, role=role.id, by_group=True)
        if role.name != GUEST:
            await join_default_rooms(tx, workspace, user)
        await self._write_down("member.added", None, {"role": role.name})
        return True

    async def _has_role(self, there: Membership, given: Role | None) -> None:
        """What they have by hand is kept beside one that groups gave."""
        by_hand = None if there.by_group else self.roles[there.own_role_id or there.role_id]  # type: ignore[index]
        if given is None or (by_hand is not None and (by_hand.name == OWNER or by_hand.rank < given.rank)):
            assert by_hand is not None  # who is in by groups alone was given a role by one of them
            role, own = by_hand, None
        else:
            role, own = given, by_hand
        if (there.role_id, there.own_role_id) == (role.id, own.id if own else None):
            return
        before = {"role": self._name(there.role_id)}
        await give_role(self.tx, self.workspace, self.user, role.id, own.id if own else None)
        await self._write_down("member.role_changed", before, {"role": role.name})

    def _name(self, role: UUID | None) -> str | None:
        return self.roles[role].name if role in self.roles else None

    async def _write_down(
        self,
        kind: str,
        before: dict[str, str | None] | None,
        after: dict[str, str | None] | None,
        room: UUID | None = None,
    ) -> None:
        act = Act(kind, self.workspace, self.user, room, before=before, after=after, reason="groups")
        await record(self.tx, PROVIDER, act)
