"""Registering applications, giving them another secret, and disabling them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, select

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.models import Resource
from talkoot.chat.access.operations import (
    CHANGE_APPLICATION,
    DELETE_APPLICATION,
    MAKE_APPLICATION,
    ROTATE_APPLICATION_SECRET,
    Operation,
)
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import role_in, roles_of
from talkoot.chat.access.roles import OWNER, refuse_to_give
from talkoot.chat.accounts.actions import close_these_sessions
from talkoot.chat.applications.bounds import highest_among, highest_role
from talkoot.chat.applications.models import (
    Application,
    ApplicationSession,
    ApplicationUser,
    UsedAssertion,
)
from talkoot.chat.applications.queries import application_in
from talkoot.chat.identities.key_sets import usable
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from talkoot.kernel.ids import new_id, new_token
from talkoot.kernel.sealing import seal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.models import Role
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.applications.schemas import ApplicationPatch, NewApplication
    from talkoot.kernel.audit import Acting
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Tx


async def make_application(
    tx: Tx, secrets: Secrets, actor: Actor, workspace: UUID, new: NewApplication
) -> tuple[Application, str | None]:
    """Register an application, with roles that the actor may give; its secret, if it has one, is not kept."""
    grants = await resource_for(tx, actor, MAKE_APPLICATION, workspace)
    refuse_unusable_keys(new)
    await _refuse_beyond(tx, grants, new)
    return await add_application(tx, secrets, actor, workspace, new, owner=actor.user)


async def add_application(
    tx: Tx, secrets: Secrets, acting: Acting, workspace: UUID, new: NewApplication, *, owner: UUID
) -> tuple[Application, str | None]:
    """The same, with what it may give, when the caller has looked whether that may be."""
    roles = await roles_of(tx, workspace)
    _refuse_unknown_roles(roles, new)
    await _refuse_unknown_rooms(tx, workspace, new)
    highest = highest_among(roles, new.highest_role, new.roles).name
    made = new_id()
    issuer = new.issuer or str(made)
    if await tx.session.scalar(select(Application.id).where(Application.issuer == issuer)) is not None:
        raise Conflict("Another application has this issuer")
    secret = new_token() if new.algorithm == "HS256" else None
    application = Application(
        id=made,
        workspace_id=workspace,
        name=new.name,
        issuer=issuer,
        algorithm=new.algorithm,
        secret=seal(secrets, Application.secret, made, secret) if secret else None,
        keys=json.dumps(new.keys) if new.keys else None,
        keys_url=new.keys_url,
        roles=json.dumps(new.roles),
        rooms=" ".join(map(str, new.rooms)),
        highest_role=highest,
        longest_seconds=new.longest_seconds,
        made_by=owner,
        created_at=tx.now,
    )
    tx.session.add(application)
    await tx.flush()
    after: dict[str, Any] = {"name": new.name, "issuer": issuer, "algorithm": new.algorithm}
    after |= {"roles": new.roles, "rooms": new.rooms, "keys_url": new.keys_url, "highest_role": highest}
    await record(tx, acting, Act("application.made", workspace, made, after=after))
    return application, secret


async def rotate_secret(
    tx: Tx, secrets: Secrets, actor: Actor, workspace: UUID, application: UUID
) -> tuple[Application, str]:
    """Another shared secret; what the old one signed is refused from now on.

    Whoever has it signs in whom the application may: Forbidden for who may not give what it gives.
    """
    grants, found = await _application(tx, actor, ROTATE_APPLICATION_SECRET, workspace, application)
    await _refuse_to_hold(tx, grants, found)
    return found, await renew_secret(tx, secrets, actor, found)


async def renew_secret(tx: Tx, secrets: Secrets, acting: Acting, found: Application) -> str:
    """The same, when the caller has looked whether it may be done."""
    if found.algorithm != "HS256":
        raise Conflict("This application signs with a key of its own, and has no secret here")
    secret = new_token()
    found.secret = seal(secrets, Application.secret, found.id, secret)
    await tx.flush()
    await record(tx, acting, Act("application.secret_changed", found.workspace_id, found.id))
    return secret


async def change_application(
    tx: Tx, actor: Actor, workspace: UUID, application: UUID, changes: ApplicationPatch
) -> Application:
    """Rename it, bound it, disable it, which signs out all whom it brought, let it go on, or take it over."""
    grants, found = await _application(tx, actor, CHANGE_APPLICATION, workspace, application)
    before = _changing(found)
    if changes.take_over:
        await _refuse_to_hold(tx, grants, found)
        found.made_by = actor.user
    if changes.name is not None:
        found.name = changes.name
    if changes.highest_role is not None and changes.highest_role != found.highest_role:
        mine, given = await _role_of_who_asks(tx, grants), json.loads(found.roles)
        found.highest_role = await highest_role(tx, grants, mine, changes.highest_role, given)
    if changes.disabled is not None:
        found.disabled_at = tx.now if changes.disabled else None
    await _changed(tx, actor, found, before)
    return found


async def switch_application(tx: Tx, acting: Acting, found: Application, *, off: bool) -> None:
    """Disable it, or let it go on; the caller has looked whether it may be done."""
    before = _changing(found)
    found.disabled_at = tx.now if off else None
    await _changed(tx, acting, found, before)


async def _changed(tx: Tx, acting: Acting, found: Application, before: dict[str, Any]) -> None:
    await tx.flush()
    after = _changing(found)
    if after["disabled"] or after["highest_role"] != before["highest_role"]:
        await _sign_out_whom_it_brought(tx, found.id)
    act = Act("application.changed", found.workspace_id, found.id, before=before, after=after)
    await record(tx, acting, act)


async def delete_application(tx: Tx, actor: Actor, workspace: UUID, application: UUID) -> None:
    """Forget it and whom it knew by which name, and sign them out; their accounts stay."""
    _, found = await _application(tx, actor, DELETE_APPLICATION, workspace, application)
    await forget_application(tx, actor, found)


async def forget_application(tx: Tx, acting: Acting, found: Application) -> None:
    """The same, when the caller has looked whether it may be done."""
    await _sign_out_whom_it_brought(tx, found.id)
    for table in (ApplicationSession, ApplicationUser, UsedAssertion):
        await tx.connection.execute(delete(table).where(table.application_id == found.id))
    await tx.session.delete(found)
    await tx.flush()
    before = {"name": found.name, "issuer": found.issuer}
    await record(tx, acting, Act("application.deleted", found.workspace_id, found.id, before=before))


async def _sign_out_whom_it_brought(tx: Tx, application: UUID) -> None:
    mine = ApplicationSession.application_id == application
    await close_these_sessions(tx, select(ApplicationSession.session_id).where(mine))


async def _application(
    tx: Tx, actor: Actor, operation: Operation, workspace: UUID, application: UUID
) -> tuple[Grants, Application]:
    grants = await resource_for(tx, actor, operation, workspace)
    found = await application_in(tx, workspace, application)
    if found is None:
        raise NotFound("There is no such application")
    return grants, found


def _changing(found: Application) -> dict[str, Any]:
    """What can be changed of it."""
    disabled = found.disabled_at is not None
    return {
        "name": found.name,
        "highest_role": found.highest_role,
        "disabled": disabled,
        "owner": found.made_by,
    }


async def _role_of_who_asks(tx: Tx, grants: Grants) -> Role:
    mine = await role_in(tx, grants.workspace, grants.user)
    if mine is None:
        raise Forbidden("Who is not in a workspace looks after no applications in it")
    return mine


async def _refuse_to_hold(tx: Tx, grants: Grants, found: Application) -> None:
    """Forbidden for who would rise by its secret: it gives roles, opens rooms, and signs people in."""
    mine = await _role_of_who_asks(tx, grants)
    names = {*json.loads(found.roles), found.highest_role}
    for role in await roles_of(tx, grants.workspace):
        if role.name in names:
            await refuse_to_give(tx, grants, mine, role)
    if found.made_by == grants.user:
        return
    for room in found.rooms.split():
        held = await grants_of(tx, grants.user, UUID(room))
        if held is not None and Permission.ROOM_READ not in held.permissions:
            raise Forbidden("This application opens rooms that are closed to you")


async def _refuse_beyond(tx: Tx, grants: Grants, new: NewApplication) -> None:
    """Nobody lets an application give what they could not give themselves."""
    mine, roles = await _role_of_who_asks(tx, grants), await roles_of(tx, grants.workspace)
    _refuse_unknown_roles(roles, new)
    for role in roles:
        if role.name in new.roles:
            await refuse_to_give(tx, grants, mine, role)
    new.highest_role = await highest_role(tx, grants, mine, new.highest_role, new.roles)
    for room in new.rooms:
        held = await grants_of(tx, grants.user, room)
        if held is None or held.workspace != grants.workspace or held.kind != "room":
            raise _no_room(room)
        if not held.permissions >= {Permission.ROOM_READ, Permission.ROOM_INVITE}:
            raise Invalid.field("rooms", "unknown", f"You add nobody to the room {room} yourself")


def _refuse_unknown_roles(roles: Sequence[Role], new: NewApplication) -> None:
    there = {role.name for role in roles} - {OWNER}
    if unknown := [name for name in new.roles if name not in there]:
        raise Invalid.field(
            "roles", "unknown", f"There is no role {unknown[0]!r} that an application could give"
        )


async def _refuse_unknown_rooms(tx: Tx, workspace: UUID, new: NewApplication) -> None:
    here = select(Resource.id).where(
        Resource.workspace_id == workspace, Resource.kind == "room", Resource.id.in_(new.rooms)
    )
    there = {*await tx.connection.scalars(here)}
    if unknown := [room for room in new.rooms if room not in there]:
        raise _no_room(unknown[0])


def _no_room(room: UUID) -> Invalid:
    return Invalid.field("rooms", "unknown", f"There is no room {room} here")


def refuse_unusable_keys(new: NewApplication) -> None:
    """Invalid for keys that are no public ones, are missing, or are not needed."""
    given = [name for name in ("keys", "keys_url") if getattr(new, name)]
    if new.algorithm == "HS256":
        if given:
            raise Invalid.field(given[0], "unexpected", "With HS256 the secret is made here")
        return
    if len(given) != 1:
        raise Invalid.field("keys", "missing", f"With {new.algorithm} it needs either keys or keys_url")
    if new.keys is not None:
        keys = new.keys.get("keys")
        if not isinstance(keys, list) or not keys or not all(isinstance(k, dict) and usable(k) for k in keys):
            raise Invalid.field("keys", "unusable", "A JWK set of public keys for signatures is needed")
        if any("d" in key for key in keys):
            raise Invalid.field(
                "keys", "private", "These keys are private: keep them, and give the public ones"
            )
