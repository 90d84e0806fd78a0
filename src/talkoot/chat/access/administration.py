"""What people with `access.manage` or `members.manage` do: roles, members, entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import delete, select

from talkoot.chat.access import actions
from talkoot.chat.access.doors import KNOWING, allows, left_to, resource_for
from talkoot.chat.access.events import ReadByChosen, WorkspaceMemberLeaving
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.models import Membership, Resource, Role, Workspace
from talkoot.chat.access.operations import (
    CHANGE_ROLE,
    CHANGE_WORKSPACE,
    REMOVE_MEMBER,
    REPLACE_ENTRIES,
)
from talkoot.chat.access.owners import OfOwners, between_owners
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import (
    are_members,
    entries_among,
    lineage_of,
    owners_of,
    role_in,
    roles_of,
    workspaces_of,
)
from talkoot.chat.access.reading import evaluate
from talkoot.chat.access.roles import OWNER, refuse_to_give, what_one_may_give
from talkoot.chat.access.standings import standing_of
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotFound

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.schemas import NewEntry
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read, Tx


_OF_OWNERS = {Permission.WORKSPACE_READ, Permission.ACCESS_MANAGE, Permission.MEMBERS_MANAGE}


async def create_workspace(tx: Tx, actor: Actor, name: str) -> Workspace:
    """Another workspace, owned by the actor; only who owns one already may."""
    if all(role != "owner" for _, role in await workspaces_of(tx, actor.user)):
        raise Forbidden("Only the owner of a workspace can make another one")
    made = await actions.create_workspace(tx, name, actor.user)
    await record(tx, actor, Act("workspace.created", made.id, made.id, after={"name": name}))
    return made


async def change_workspace(
    tx: Tx,
    actor: Actor,
    workspace: UUID,
    *,
    name: str | None,
    link_previews: bool | None,
    read_by: bool | None,
) -> None:
    """Give a workspace another name, and decide what its messages show: previews, readers; None leaves it."""
    await resource_for(tx, actor, CHANGE_WORKSPACE, workspace)
    found = await tx.session.get_one(Workspace, workspace)
    for act, field, wanted in (
        ("workspace.renamed", "name", name),
        ("workspace.changed", "link_previews", link_previews),
        ("workspace.changed", "read_by", read_by),
    ):
        if wanted is not None:
            before, after = {field: getattr(found, field)}, {field: wanted}
            setattr(found, field, wanted)
            await record(tx, actor, Act(act, workspace, workspace, before=before, after=after))
    if read_by is not None:
        await tx.emit(ReadByChosen(workspace))


async def change_role(tx: Tx, actor: Actor, workspace: UUID, user: UUID, role_name: str) -> None:
    """Give a member another role: not above one's own, and not to somebody above oneself.

    Who makes an owner, or takes that role from another one, has shown lately that it is them.
    """
    grants = await resource_for(tx, actor, CHANGE_ROLE, workspace)
    mine, theirs = await _ranks(tx, actor, workspace, user)
    wanted = next((role for role in await roles_of(tx, workspace) if role.name == role_name), None)
    if wanted is None:
        raise Invalid.field("role", "unknown", f"There is no role {role_name!r} in this workspace")
    if theirs.rank < mine.rank:
        raise Forbidden("Nobody can change the role of somebody above them")
    if wanted.id != theirs.id:
        await refuse_to_give(tx, grants, mine, wanted)
    if wanted.id != theirs.id and OWNER in {theirs.name, role_name}:
        what: OfOwners = "owner_made" if role_name == OWNER else "owner_ended"
        await between_owners(tx, actor, workspace, user, what)
    await actions.set_workspace_role(tx, workspace, user, role_name)
    before, after = {"role": theirs.name}, {"role": role_name}
    await record(tx, actor, Act("member.role_changed", workspace, user, before=before, after=after))


async def remove_from_workspace(tx: Tx, actor: Actor, workspace: UUID, user: UUID) -> None:
    """End someone's membership of the workspace and of all rooms in it; everybody may leave by themselves."""
    await resource_for(tx, actor, REMOVE_MEMBER, workspace, own=user == actor.user)
    mine, theirs = await _ranks(tx, actor, workspace, user)
    if theirs.rank < mine.rank:
        raise Forbidden("Nobody can remove somebody above them")
    if theirs.name == OWNER:
        await between_owners(tx, actor, workspace, user, "owner_ended")
    if user != actor.user:
        await record(tx, actor, Act("member.removed", workspace, user, before={"role": theirs.name}))
    await end_membership(tx, workspace, user)


async def end_membership(tx: Tx, workspace: UUID, user: UUID, *, for_good: bool = False) -> None:
    """Take someone out of a workspace and of all rooms in it; whoever calls this may do so.

    `for_good` says that they are nobody any more.
    """
    await actions.record_change(tx, workspace, workspace, {user})  # what they are told carries its version
    await tx.emit(WorkspaceMemberLeaving(workspace, user, for_good))
    inside = select(Resource.id).where(Resource.workspace_id == workspace)
    await tx.connection.execute(
        delete(Membership).where(Membership.user_id == user, Membership.resource_id.in_(inside))
    )


async def replace_entries(
    tx: Tx, actor: Actor, kind: str, resource: UUID, entries: Sequence[NewEntry]
) -> None:
    """Set the entries of a workspace, a category or a room, as `put_entries` does."""
    grants = await resource_for(tx, actor, REPLACE_ENTRIES, resource, kind=kind)
    await put_entries(tx, actor, grants, entries)


async def put_entries(tx: Tx, actor: Actor, grants: Grants, entries: Sequence[NewEntry]) -> int:
    """Set the entries of the resource of these grants, which are the actor's; the version of the change.

    Nobody can hand out a permission that they do not hold there themselves. Whoever calls this may change
    entries there.
    """
    resource = grants.resource
    handed_out = frozenset(p for entry in entries if entry.allow for p in entry.permissions)
    own = left_to(actor, grants.permissions | await liftable(tx, grants))
    may_have = await what_one_may_give(tx, actor.user, grants.workspace, own)
    held = may_have if grants.kind == "workspace" else own
    if beyond := sorted(handed_out - held):
        raise Forbidden(f"You can not give what you do not have here: {', '.join(beyond)}")
    for number, entry in enumerate(entries):
        await _known_principal(tx, grants.workspace, number, entry)
    before = await entries_of(tx, resource)
    version = await actions.set_entries(tx, resource, entries, workspace=grants.workspace)
    await record(
        tx,
        actor,
        Act(
            "access.changed",
            grants.workspace,
            resource,
            grants.room or resource,
            before={"entries": before},
            after={"entries": await entries_of(tx, resource)},
        ),
    )
    await _refuse_what_follows(tx, actor, grants, may_have)
    return version


async def _refuse_what_follows(tx: Tx, actor: Actor, before: Grants, may_have: frozenset[Permission]) -> None:
    """Nobody locks themselves out by new entries, gets what they may not have, or ends an owner's reign."""
    after = await grants_of(tx, before.user, before.resource)
    if after is None or not allows(after, REPLACE_ENTRIES, None, kind=before.kind):
        raise Conflict("With these entries you would lock yourself out")
    lost = before.permissions - after.permissions - await liftable(tx, after)
    mine = await role_in(tx, before.workspace, before.user)
    if lost and mine is not None and mine.name != OWNER:
        names = ", ".join(sorted(lost))
        raise Conflict(f"With these entries you would lose {names} for good: allow yourself that before them")
    if gained := sorted(left_to(actor, after.permissions) - may_have):
        raise Forbidden(f"With these entries you would get what was denied to you: {', '.join(gained)}")
    if before.kind == "workspace":
        await _keep_owners_in(tx, before.resource)


async def liftable(read: Read, grants: Grants) -> frozenset[Permission]:
    """What somebody would have but for denials on this very resource that are about everybody.

    Who manages access here may take those back; not one that names them or their role, or that closes it.
    """
    lineage = await lineage_of(read, grants.resource)
    assert lineage is not None
    entries = tuple(
        entry
        for entry in lineage.entries
        if entry.allow
        or entry.resource != grants.resource
        or entry.principal in {"user", "role"}
        or entry.permissions & KNOWING
    )
    standing = await standing_of(read, lineage, grants.user)
    return evaluate(replace(lineage, entries=entries), standing).permissions


async def entries_of(read: Read, resource: UUID) -> list[dict[str, Any]]:
    """The entries of one resource as the audit log shows them."""
    return [
        {
            "allow": entry.allow,
            "principal": entry.principal,
            "principal_id": entry.principal_id,
            "permissions": sorted(entry.permissions),
        }
        for entry in await entries_among(read, [resource])
    ]


async def _ranks(tx: Tx, actor: Actor, workspace: UUID, user: UUID) -> tuple[Role, Role]:
    mine, theirs = await role_in(tx, workspace, actor.user), await role_in(tx, workspace, user)
    if mine is None or theirs is None:
        raise NotFound("There is no such member")
    return mine, theirs


async def _keep_owners_in(tx: Tx, workspace: UUID) -> None:
    """Nobody can shut out those above them: whoever owns a workspace keeps it."""
    for owner in await owners_of(tx, workspace):
        kept = await grants_of(tx, owner, workspace)
        if kept is None or not kept.permissions >= _OF_OWNERS:
            raise Conflict("With these entries an owner would lose the workspace")


async def _known_principal(tx: Tx, workspace: UUID, number: int, entry: NewEntry) -> None:
    field = f"items.{number}.principal_id"
    if entry.principal not in {"user", "role"}:
        if entry.principal_id is not None:
            raise Invalid.field(field, "unexpected", f"{entry.principal} takes no principal_id")
        return
    known = (
        {role.id for role in await roles_of(tx, workspace)}
        if entry.principal == "role"
        else await are_members(tx, workspace, [entry.principal_id] if entry.principal_id else [])
    )
    if entry.principal_id not in known:
        raise Invalid.field(field, "unknown", f"There is no such {entry.principal} in this workspace")
