"""Exports over HTTP: asked for, looked at, fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from fastapi.responses import StreamingResponse

from talkoot.chat.accounts.actors import Actor
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.administration.access import installation_to_administer
from talkoot.chat.privacy import queries
from talkoot.chat.privacy.actions import exports as actions
from talkoot.chat.privacy.schemas import ExportLink, ExportOut
from talkoot.chat.privacy.views import export_out
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.context import Kernel
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound, RateLimited
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page
from talkoot.kernel.rate_limits import Rule
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, Forbidden, NotFound, Invalid, tags=["privacy"])

EXPORTS = Rule("export", limit=6, period_seconds=86_400, burst=3)
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A zip file.", "content": {"application/zip": {}}}
}
Token = Annotated[str, Path(min_length=1, max_length=200)]


@router.post("/users/me/export", status_code=202, responses=problems(Conflict, RateLimited))
async def export_me(kernel: KernelDep, actor: CurrentActor) -> ExportOut:
    """Have all that is known of oneself written into a file; the one before is forgotten. One at a time."""
    return await _ask(kernel, actor, actor.user)


@router.post("/users/{user}/export", status_code=202, responses=problems(Conflict, RateLimited))
async def export_user(kernel: KernelDep, actor: CurrentActor, user: UUID) -> ExportOut:
    """The same for somebody who asked for it elsewhere; for owners of the first workspace."""
    async with kernel.uow.read() as read:
        await installation_to_administer(read, actor)
    return await _ask(kernel, actor, user)


@router.get("/exports")
async def list_exports(kernel: KernelDep, actor: CurrentActor) -> Page[ExportOut]:
    """The files that one has asked for, and how far they are."""
    async with kernel.uow.read() as read:
        found = await queries.exports_asked_by(read, actor.user)
    return Page(items=[export_out(*each) for each in found])


@router.delete("/exports/{export}", status_code=204)
async def drop_export(kernel: KernelDep, actor: CurrentActor, export: UUID) -> None:
    """Forget a file before its time."""
    await kernel.uow.run(lambda tx: actions.drop_export(tx, actor, export))


@router.post("/exports/{export}/link")
async def link_export(kernel: KernelDep, actor: CurrentActor, export: UUID) -> ExportLink:
    """A link that fetches the file: once, within a minute, in this session. It takes a proof."""
    token = await kernel.uow.run(lambda tx: actions.make_link(tx, actor, export))
    return ExportLink(path=f"/exports/{export}/file/{token}", expires_in=actions.LINK_SECONDS)


@router.get("/exports/{export}/file/{token}", response_class=StreamingResponse, responses=_FILE)
async def fetch_export(
    kernel: KernelDep, actor: CurrentActor, export: UUID, token: Token
) -> StreamingResponse:
    """The file. It ends early if one may not have it any more meanwhile."""
    found = await kernel.uow.run(lambda tx: actions.use_link(tx, actor, export, token))
    day = rfc3339(found.created_at)[:10]
    headers = {
        "Content-Disposition": f'attachment; filename="talkoot-export-{day}.zip"',
        "Content-Length": str(found.size),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_pieces(kernel, actor, export), media_type="application/zip", headers=headers)


async def _pieces(kernel: Kernel, actor: Actor, export: UUID) -> AsyncIterator[bytes]:
    number = 0
    while True:
        async with kernel.uow.read() as read:
            allowed = await actions.still_there(read, actor, export, kernel.clock.now())
            piece = await queries.piece_of(read, export, number) if allowed else None
        if piece is None:
            return
        yield piece
        number += 1


async def _ask(kernel: Kernel, actor: Actor, person: UUID) -> ExportOut:
    await kernel.limits.require(str(actor.user), EXPORTS)

    async def action(tx: Tx) -> ExportOut:
        export = await actions.ask_for_export(tx, actor, person)
        found = await queries.exports_asked_by(tx, actor.user)
        return next(export_out(*each) for each in found if each[0].id == export)

    return await kernel.uow.run(action)
