"""Exports of workspaces over HTTP: asked for, looked at, fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi.responses import StreamingResponse

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import LIST_WORKSPACE_EXPORTS
from talkoot.chat.accounts.actors import Actor
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.exports import actions
from talkoot.chat.exports.actions import Place
from talkoot.chat.exports.queries import exports_of
from talkoot.chat.exports.schemas import WorkspaceExportLink, WorkspaceExportOut
from talkoot.chat.files.actions.receiving import require_place
from talkoot.chat.files.ranges import serve_range
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.context import Kernel
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, Forbidden, NotFound, Invalid, tags=["exports"])

_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A packed tar file.", "content": {"application/gzip": {}}},
    206: {"description": "The range that was asked for", "content": {"application/gzip": {}}},
    416: {"description": "There are no such bytes"},
}
Token = Annotated[str, Path(min_length=1, max_length=200)]


@router.post("/workspaces/{workspace}/exports", status_code=202, responses=problems(Conflict))
async def ask_for_workspace_export(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID
) -> WorkspaceExportOut:
    """Have what one may read of a workspace written into a file; the one before is forgotten."""

    async def action(tx: Tx) -> WorkspaceExportOut:
        await actions.ask_for_workspace_export(tx, actor, workspace)
        require_place(kernel.settings)
        return (await exports_of(tx, workspace, actor.user))[0]

    return await kernel.uow.run(action)


@router.get("/workspaces/{workspace}/exports")
async def list_workspace_exports(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID
) -> Page[WorkspaceExportOut]:
    """The file that one has asked for, and how far it is."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_WORKSPACE_EXPORTS, workspace)
        return Page(items=await exports_of(read, workspace, actor.user))


@router.delete("/workspaces/{workspace}/exports/{export}", status_code=204)
async def drop_workspace_export(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, export: UUID
) -> None:
    """Forget a file before its time."""
    await kernel.uow.run(lambda tx: actions.drop_workspace_export(tx, actor, workspace, export))


@router.post("/workspaces/{workspace}/exports/{export}/link")
async def link_workspace_export(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, export: UUID
) -> WorkspaceExportLink:
    """A link that fetches the file within an hour, in this session. It takes a proof."""
    token = await kernel.uow.run(lambda tx: actions.link_workspace_export(tx, actor, workspace, export))
    path = f"/workspaces/{workspace}/exports/{export}/file/{token}"
    return WorkspaceExportLink(path=path, expires_in=actions.LINK_SECONDS)


@router.get(
    "/workspaces/{workspace}/exports/{export}/file/{token}",
    response_class=StreamingResponse,
    responses=_FILE,
)
async def fetch_workspace_export(
    request: Request, kernel: KernelDep, actor: CurrentActor, workspace: UUID, export: UUID, token: Token
) -> Response:
    """The file, or one range of it. It ends early if one may not have it any more meanwhile."""
    async with kernel.uow.read() as read:
        found = await actions.linked(read, actor, Place(workspace, export, kernel.clock.now()), token)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="talkoot-{rfc3339(found.created_at)[:10]}.tar.gz"',
        "ETag": f'"{found.content}"',
    }
    part = serve_range(request.headers, headers, found.size)
    if part is None:
        return Response(status_code=416, headers=headers)
    status, start, end = part
    content = kernel.blobs.get(f"{export}/{found.content}", start, end)
    pieces = _pieces(kernel, actor, (workspace, export, token), content)
    return StreamingResponse(pieces, status, headers, "application/gzip")


async def _pieces(
    kernel: Kernel, actor: Actor, of: tuple[UUID, UUID, str], content: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Whether they may have it is asked again before each piece."""
    workspace, export, token = of
    async for piece in content:
        place = Place(workspace, export, kernel.clock.now())
        async with kernel.uow.read() as read:
            await actions.linked(read, actor, place, token)
        yield piece
