"""Workspaces, their members and roles, access entries and *explain*, over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from talkoot.chat.access import administration, explaining, queries, roles
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.operations import LIST_ENTRIES, LIST_MEMBERS, LIST_ROLES
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.schemas import (
    Effect,
    EntriesPreview,
    EntryList,
    EntryOut,
    Explanation,
    MemberOut,
    NewRole,
    NewRoleInWorkspace,
    NewWorkspace,
    RoleOut,
    RolePatch,
    WorkspaceOut,
    WorkspacePatch,
)
from talkoot.chat.access.views import entry_out, explanation_of, member_out, role_out
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.accounts.schemas import UserOut
from talkoot.chat.accounts.views import user_card
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.transactions import Read, Tx

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["access"])

Kind = Literal["workspaces", "categories", "rooms"]
_SINGULAR = {"workspaces": "workspace", "categories": "category", "rooms": "room"}


@router.get("/workspaces")
async def list_workspaces(kernel: KernelDep, actor: CurrentActor) -> Page[WorkspaceOut]:
    """The workspaces one belongs to."""
    async with kernel.uow.read() as read:
        mine = await _my_workspaces(read, actor.user)
    return Page(items=[each for each in mine if actor.reaches(each.id, each.id)])


@router.post("/workspaces", status_code=201, responses=problems(Forbidden))
async def create_workspace(kernel: KernelDep, actor: CurrentActor, new: NewWorkspace) -> WorkspaceOut:
    """Make another workspace; for people who own one already."""

    async def action(tx: Tx) -> WorkspaceOut:
        made = await administration.create_workspace(tx, actor, new.name)
        return next(w for w in await _my_workspaces(tx, actor.user) if w.id == made.id)

    return await kernel.uow.run(action)


@router.get("/users/{user}")
async def get_user(kernel: KernelDep, actor: CurrentActor, user: UUID) -> UserOut:
    """The card of somebody one shares a workspace with."""
    async with kernel.uow.read() as read:
        if user not in await queries.sharing_a_workspace(read, actor.user, [user]):
            raise NotFound("There is no such user")
        return user_card(await user_with_id(read, user))


@router.patch("/workspaces/{workspace}", responses=problems(Forbidden))
async def change_workspace(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, patch: WorkspacePatch
) -> WorkspaceOut:
    """Give a workspace another name, or decide whether its messages show previews of links."""

    async def action(tx: Tx) -> WorkspaceOut:
        await administration.change_workspace(
            tx,
            actor,
            workspace,
            name=patch.name,
            link_previews=patch.link_previews,
            read_by=patch.read_by,
        )
        return next(w for w in await _my_workspaces(tx, actor.user) if w.id == workspace)

    return await kernel.uow.run(action)


@router.get("/workspaces/{workspace}/members")
async def list_members(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, limit: Limit = 100, after: UUID | None = None
) -> Page[MemberOut]:
    """The members of a workspace, in the order of their ids."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_MEMBERS, workspace)
        found = await queries.members_of(read, workspace, after=after, limit=limit + 1)
    return page_of([member_out(*row) for row in found], limit, key=lambda member: member.user.id)


@router.put(
    "/workspaces/{workspace}/members/{user}", status_code=204, responses=problems(Forbidden, Conflict)
)
async def change_role(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, user: UUID, new: NewRole
) -> None:
    """Give a member another role."""
    await kernel.uow.run(lambda tx: administration.change_role(tx, actor, workspace, user, new.role))


@router.delete(
    "/workspaces/{workspace}/members/{user}", status_code=204, responses=problems(Forbidden, Conflict)
)
async def remove_member(kernel: KernelDep, actor: CurrentActor, workspace: UUID, user: UUID) -> None:
    """Remove someone from the workspace, or leave it oneself."""
    await kernel.uow.run(lambda tx: administration.remove_from_workspace(tx, actor, workspace, user))


@router.get("/workspaces/{workspace}/roles")
async def list_roles(kernel: KernelDep, actor: CurrentActor, workspace: UUID) -> Page[RoleOut]:
    """The roles of a workspace, from the highest down."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_ROLES, workspace)
        found = await queries.roles_of(read, workspace)
        held = await roles.permissions_of_roles(read, workspace)
        return Page(items=[role_out(role, held[role.id]) for role in found])


@router.post("/workspaces/{workspace}/roles", status_code=201, responses=problems(Forbidden, Conflict))
async def create_role(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: NewRoleInWorkspace
) -> RoleOut:
    """Make a role. Nobody can give it what they do not hold, or a rank above their own."""

    async def action(tx: Tx) -> RoleOut:
        role = await roles.create_role(tx, actor, workspace, new)
        return role_out(role, frozenset(new.permissions))

    return await kernel.uow.run(action)


@router.patch("/workspaces/{workspace}/roles/{role}", responses=problems(Forbidden, Conflict))
async def update_role(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, role: UUID, patch: RolePatch
) -> RoleOut:
    """Rename a role, or replace what it holds; the owner's role stays as it is."""

    async def action(tx: Tx) -> RoleOut:
        changed = await roles.update_role(tx, actor, workspace, role, patch)
        return role_out(changed, (await roles.permissions_of_roles(tx, workspace))[role])

    return await kernel.uow.run(action)


@router.delete(
    "/workspaces/{workspace}/roles/{role}", status_code=204, responses=problems(Forbidden, Conflict)
)
async def delete_role(kernel: KernelDep, actor: CurrentActor, workspace: UUID, role: UUID) -> None:
    """Take away a role that nobody has; entries that name it go with it."""
    await kernel.uow.run(lambda tx: roles.delete_role(tx, actor, workspace, role))


@router.get("/{kind}/{resource}/acl", responses=problems(Forbidden))
async def list_entries(kernel: KernelDep, actor: CurrentActor, kind: Kind, resource: UUID) -> Page[EntryOut]:
    """The access entries of a workspace, a category or a room, in the order in which they are read."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_ENTRIES, resource, kind=_SINGULAR[kind])
        return await _entries(read, resource)


@router.put("/{kind}/{resource}/acl", responses=problems(Forbidden, Conflict))
async def replace_entries(
    kernel: KernelDep, actor: CurrentActor, kind: Kind, resource: UUID, new: EntryList
) -> Page[EntryOut]:
    """Replace the access entries; what is decided from now on follows the new ones."""

    async def action(tx: Tx) -> Page[EntryOut]:
        await administration.replace_entries(tx, actor, _SINGULAR[kind], resource, new.items)
        return await _entries(tx, resource)

    return await kernel.uow.run(action)


@router.post("/{kind}/{resource}/acl/preview", responses=problems(Forbidden))
async def preview_entries(
    kernel: KernelDep, actor: CurrentActor, kind: Kind, resource: UUID, wanted: EntriesPreview
) -> Page[Effect]:
    """What a member may do now, and would with other entries; nothing is changed."""
    async with kernel.uow.read() as read:
        found = await explaining.preview(read, actor, _SINGULAR[kind], resource, wanted)
    return Page(items=found)


@router.get("/{kind}/{resource}/acl/explain", responses=problems(Forbidden))
async def explain(
    kernel: KernelDep, actor: CurrentActor, kind: Kind, resource: UUID, user: UUID, permission: Permission
) -> Explanation:
    """Which entry decides whether someone may."""
    async with kernel.uow.read() as read:
        found = await explaining.explain(
            read, actor, _SINGULAR[kind], resource, user=user, permission=permission
        )
    return explanation_of(found, user, permission)


async def _my_workspaces(read: Read, user: UUID) -> list[WorkspaceOut]:
    out = []
    for workspace, role in await queries.workspaces_of(read, user):
        grants = await grants_of(read, user, workspace.id)
        permissions = sorted(grants.permissions) if grants else []
        out.append(
            WorkspaceOut(
                id=workspace.id,
                name=workspace.name,
                role=role,
                permissions=permissions,
                link_previews=workspace.link_previews,
                read_by=workspace.read_by,
            )
        )
    return out


async def _entries(read: Read, resource: UUID) -> Page[EntryOut]:
    lineage = await queries.lineage_of(read, resource)
    found: Sequence[EntryOut] = (
        [entry_out(e) for e in lineage.entries if e.resource == resource] if lineage else []
    )
    return Page(items=list(found))
