"""Changing who may do what; each change takes the next version of its workspace's access log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from talkoot.chat.access.events import AccessChanged
from talkoot.chat.access.grants import versions_of
from talkoot.chat.access.models import (
    AccessChange,
    AccessEntry,
    Membership,
    Resource,
    Role,
    Sanction,
    Workspace,
)
from talkoot.chat.access.permissions import BUILT_IN_ROLES
from talkoot.chat.access.queries import are_members
from talkoot.chat.access.standings import counts_at
from talkoot.kernel.errors import Forbidden, Invalid
from talkoot.kernel.ids import new_id

if TYPE_CHECKING:
    from talkoot.chat.access.schemas import NewEntry
    from talkoot.kernel.transactions import Tx


async def create_workspace(tx: Tx, name: str, owner: UUID) -> Workspace:
    """A workspace with the built-in roles, and its first member, who owns it."""
    workspace = Workspace(id=new_id(), name=name, access_version=0, created_at=tx.now)
    tx.session.add(workspace)
    await tx.flush()
    await add_resource(tx, workspace.id, "workspace", workspace=workspace.id, parent=None)
    for rank, (role_name, permissions) in enumerate(BUILT_IN_ROLES.items()):
        role = Role(id=new_id(), workspace_id=workspace.id, name=role_name, rank=rank * 10, built_in=True)
        tx.session.add(role)
        tx.session.add(
            AccessEntry(
                resource_id=workspace.id,
                position=rank,
                allow=True,
                principal="role",
                principal_id=role.id,
                permissions=" ".join(sorted(permissions)),
            )
        )
    await tx.flush()
    await add_workspace_member(tx, workspace.id, owner, "owner")
    return workspace


async def add_resource(
    tx: Tx,
    resource: UUID,
    kind: str,
    *,
    workspace: UUID,
    parent: UUID | None,
    posts: bool = False,
    attentive: bool = False,
) -> None:
    """A new node of the tree; `posts` for a room that takes posts, `attentive` for one that is direct."""
    values = {"id": resource, "kind": kind, "workspace_id": workspace, "parent_id": parent, "posts": posts}
    await tx.connection.execute(insert(Resource).values(attentive=attentive, **values))


async def archive_resource(tx: Tx, resource: UUID, *, workspace: UUID, archived: bool) -> None:
    """Close a node and all below it to anything new, or open it again."""
    moment = tx.now if archived else None
    await tx.connection.execute(update(Resource).where(Resource.id == resource).values(archived_at=moment))
    await record_change(tx, workspace, resource)


async def set_moderated(tx: Tx, resource: UUID, *, workspace: UUID, moderated: bool) -> None:
    """Say of a node whether it has rules that messages must pass; everybody's next one is asked for them."""
    await tx.connection.execute(update(Resource).where(Resource.id == resource).values(moderated=moderated))
    await record_change(tx, workspace, resource)


async def set_attentive(tx: Tx, resource: UUID, *, workspace: UUID, attentive: bool) -> None:
    """Say of a node whether somebody wants to know of messages there that do not name them."""
    changed = await tx.connection.execute(
        update(Resource)
        .where(Resource.id == resource, Resource.attentive.is_distinct_from(attentive))
        .values(attentive=attentive)
        .returning(Resource.id)
    )
    if changed.one_or_none() is not None:
        await record_change(tx, workspace, resource)


async def move_resource(tx: Tx, resource: UUID, *, workspace: UUID, parent: UUID) -> None:
    """Hang a node under another one; what is inherited changes for everybody."""
    await tx.connection.execute(update(Resource).where(Resource.id == resource).values(parent_id=parent))
    await record_change(tx, workspace, resource)


async def add_workspace_member(tx: Tx, workspace: UUID, user: UUID, role: str) -> None:
    """Make someone a member, with a role that goes by this name; whoever is one already keeps theirs."""
    role_id = await _role_named(tx, workspace, role)
    await add_members(tx, workspace, [user], workspace=workspace, role=role_id)


async def set_workspace_role(tx: Tx, workspace: UUID, user: UUID, role: str) -> None:
    """Give a member another role by hand; they are no longer in the workspace by groups alone."""
    await keep_by_hand(tx, workspace, user)
    await give_role(tx, workspace, user, await _role_named(tx, workspace, role))


async def give_role(tx: Tx, workspace: UUID, user: UUID, role: UUID, own: UUID | None = None) -> None:
    """Let a member have this role; `own` is what they have by hand, where groups give them this one."""
    await tx.connection.execute(
        update(Membership)
        .where(Membership.resource_id == workspace, Membership.user_id == user)
        .values(role_id=role, own_role_id=own)
    )
    await record_change(tx, workspace, workspace, {user})


async def keep_by_hand(tx: Tx, resource: UUID, user: UUID) -> None:
    """Somebody wants this person here: what groups gave here stays when these do not any more."""
    given = (Membership.resource_id == resource, Membership.user_id == user, Membership.by_group)
    await tx.connection.execute(update(Membership).where(*given).values(by_group=False))


async def add_members(
    tx: Tx,
    resource: UUID,
    users: Sequence[UUID],
    *,
    workspace: UUID,
    role: UUID | None = None,
    by_group: bool = False,
) -> list[UUID]:
    """Make these people members of a resource, as one change; those who were none before."""
    there = await are_members(tx, resource, users)
    new = [user for user in users if user not in there]
    if new:
        await _refuse_banned(tx, resource, new, workspace)
        joined = {"resource_id": resource, "role_id": role, "joined_at": tx.now, "by_group": by_group}
        await tx.connection.execute(insert(Membership).values([{**joined, "user_id": user} for user in new]))
        await record_change(tx, workspace, resource, new)
    return new


async def are_banned(tx: Tx, resource: UUID, users: Sequence[UUID], *, workspace: UUID) -> bool:
    """Whether one of these people is banned from this very resource now."""
    await versions_of(tx, [workspace], exclusive=True)  # a ban that is being committed is seen after this
    banned = select(Sanction.user_id).where(
        Sanction.resource_id == resource,
        Sanction.user_id.in_(users),
        Sanction.kind == "ban",
        counts_at(tx.now),
    )
    return await tx.connection.scalar(banned) is not None


async def _refuse_banned(tx: Tx, resource: UUID, users: Sequence[UUID], workspace: UUID) -> None:
    if await are_banned(tx, resource, users, workspace=workspace):
        raise Forbidden("Whoever is banned here can not come back before the ban ends", code="banned")


async def remove_member(tx: Tx, resource: UUID, user: UUID, *, workspace: UUID) -> bool:
    """End a membership; False if there was none."""
    gone = await tx.connection.execute(
        delete(Membership).where(Membership.resource_id == resource, Membership.user_id == user)
    )
    if not gone.rowcount:
        return False
    await record_change(tx, workspace, resource, {user})
    return True


async def forget_sanctions_of(tx: Tx, user: UUID) -> None:
    """Nothing is kept of the mutes and bans of somebody who is nobody any more."""
    await tx.connection.execute(delete(Sanction).where(Sanction.user_id == user))


async def set_entries(tx: Tx, resource: UUID, entries: Sequence[NewEntry], *, workspace: UUID) -> int:
    """Replace all entries of a resource; the version that the change got."""
    await tx.connection.execute(delete(AccessEntry).where(AccessEntry.resource_id == resource))
    for position, entry in enumerate(entries):
        await tx.connection.execute(
            insert(AccessEntry).values(
                id=new_id(),
                resource_id=resource,
                position=position,
                allow=entry.allow,
                principal=entry.principal,
                principal_id=entry.principal_id,
                permissions=" ".join(sorted(entry.permissions)),
            )
        )
    return await record_change(tx, workspace, resource)


async def record_change(tx: Tx, workspace: UUID, resource: UUID, users: Iterable[UUID] = ()) -> int:
    """Append to the workspace's access log; the version that the change got."""
    touched = frozenset(users)
    await versions_of(tx, [workspace], exclusive=True)  # in its turn, for not all who come here have had it
    version: int | None = await tx.connection.scalar(
        update(Workspace)
        .where(Workspace.id == workspace)
        .values(access_version=Workspace.access_version + 1)
        .returning(Workspace.access_version)
    )
    kind = await tx.connection.scalar(select(Resource.kind).where(Resource.id == resource))
    assert version is not None
    assert kind is not None
    await tx.connection.execute(
        insert(AccessChange).values(
            workspace_id=workspace,
            version=version,
            resource_id=resource,
            users=" ".join(sorted(map(str, touched))),
            ts=tx.now,
        )
    )
    await tx.emit(AccessChanged(workspace, version, resource, kind, touched))
    return version


async def _role_named(tx: Tx, workspace: UUID, name: str) -> UUID:
    role = await tx.connection.scalar(
        select(Role.id).where(Role.workspace_id == workspace, Role.name == name)
    )
    if role is None:
        raise Invalid.field("role", "unknown", f"There is no role {name!r} in this workspace")
    return role
