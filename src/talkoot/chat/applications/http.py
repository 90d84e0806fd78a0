"""Applications over HTTP, for who manages access in a workspace."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import LIST_APPLICATIONS
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.applications import queries, registering
from talkoot.chat.applications.granting import audiences_of
from talkoot.chat.applications.schemas import (
    ApplicationMade,
    ApplicationOut,
    ApplicationPatch,
    NewApplication,
)
from talkoot.chat.applications.views import application_made, application_out, applications_out
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["applications"])

_ALL = "/workspaces/{workspace}/applications"
_ONE = f"{_ALL}/{{application}}"


@router.get(_ALL)
async def list_applications(kernel: KernelDep, actor: CurrentActor, workspace: UUID) -> Page[ApplicationOut]:
    """The applications that sign people in to a workspace."""
    audience = audiences_of(kernel)[0]
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_APPLICATIONS, workspace)
        found = await queries.applications_of(read, workspace)
        return Page(items=await applications_out(read, workspace, found, audience))


@router.post(_ALL, status_code=201, responses=problems(Conflict))
async def make_application(
    response: Response, kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: NewApplication
) -> ApplicationMade:
    """Register an application; only this answer has its secret."""
    response.headers["Cache-Control"] = "no-store"

    async def action(tx: Tx) -> ApplicationMade:
        made, secret = await registering.make_application(tx, kernel.secrets, actor, workspace, new)
        return await application_made(tx, made, audiences_of(kernel)[0], secret)

    return await kernel.uow.run(action)


@router.patch(_ONE)
async def change_application(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, application: UUID, changes: ApplicationPatch
) -> ApplicationOut:
    """Rename an application, change whom it may sign in, disable it or let it go on, or take it over."""

    async def action(tx: Tx) -> ApplicationOut:
        changed = await registering.change_application(tx, actor, workspace, application, changes)
        return await application_out(tx, changed, audiences_of(kernel)[0])

    return await kernel.uow.run(action)


@router.delete(_ONE, status_code=204)
async def delete_application(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, application: UUID
) -> None:
    """Delete an application, and sign out all whom it brought; their accounts stay."""
    await kernel.uow.run(lambda tx: registering.delete_application(tx, actor, workspace, application))


@router.post(f"{_ONE}/secret", responses=problems(Conflict))
async def rotate_application_secret(
    response: Response, kernel: KernelDep, actor: CurrentActor, workspace: UUID, application: UUID
) -> ApplicationMade:
    """Get another secret for an application; the old one ends at once."""
    response.headers["Cache-Control"] = "no-store"

    async def action(tx: Tx) -> ApplicationMade:
        found, secret = await registering.rotate_secret(tx, kernel.secrets, actor, workspace, application)
        return await application_made(tx, found, audiences_of(kernel)[0], secret)

    return await kernel.uow.run(action)
