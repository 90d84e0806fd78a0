"""Deleting accounts over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from talkoot.chat.accounts.cookies import clear_cookie
from talkoot.chat.accounts.http_auth import CurrentActor, GateDep
from talkoot.chat.privacy.actions import deletion
from talkoot.chat.privacy.schemas import Departure, Leaving, Removal
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router

router = make_router(NotAuthenticated, Forbidden, NotFound, Invalid, Conflict, tags=["privacy"])


@router.post("/users/me/deletion", status_code=202)
async def leave(response: Response, gate: GateDep, actor: CurrentActor, given: Departure) -> Leaving:
    """Delete one's account, after some days in which signing in keeps it, or at once; after a proof."""
    days = 0 if given.at_once else gate.kernel.settings.deletion_days
    at = await gate.kernel.uow.run(
        lambda tx: deletion.leave(tx, actor, days, messages=given.messages == "delete"), key=actor.user
    )
    clear_cookie(response, gate)
    return Leaving(delete_at=rfc3339(at))


@router.post("/users/{user}/deletion", status_code=202)
async def delete_user(kernel: KernelDep, actor: CurrentActor, user: UUID, given: Removal) -> Leaving:
    """Close somebody's account now and delete it then; for owners of the first workspace."""
    days = 0 if given.at_once else kernel.settings.deletion_days
    at = await kernel.uow.run(
        lambda tx: deletion.remove(tx, actor, user, days, messages=given.messages == "delete"), key=user
    )
    return Leaving(delete_at=rfc3339(at))


@router.delete("/users/{user}/deletion", status_code=204)
async def keep_user(kernel: KernelDep, actor: CurrentActor, user: UUID) -> None:
    """Do not delete an account after all; it is open again."""
    await kernel.uow.run(lambda tx: deletion.keep(tx, actor, user), key=user)
