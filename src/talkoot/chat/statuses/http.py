"""Statuses over HTTP."""

from __future__ import annotations

from uuid import UUID

from talkoot.chat.access.queries import sharing_a_workspace
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.presence.frames import NO_STATUS
from talkoot.chat.statuses import actions
from talkoot.chat.statuses.queries import statuses_among
from talkoot.chat.statuses.schemas import NewStatus, StatusOut
from talkoot.kernel.errors import Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems

router = make_router(NotAuthenticated, Invalid, tags=["statuses"])


@router.put("/users/me/status", status_code=204)
async def set_status(kernel: KernelDep, actor: CurrentActor, wanted: NewStatus) -> None:
    """Show a status beside one's name, instead of the one before. It ends by itself."""
    await kernel.uow.run(lambda tx: actions.set_status(tx, actor, wanted), key=actor.user)


@router.delete("/users/me/status", status_code=204)
async def clear_status(kernel: KernelDep, actor: CurrentActor) -> None:
    """Show no status any more."""
    await kernel.uow.run(lambda tx: actions.clear_status(tx, actor), key=actor.user)


@router.get("/users/{user}/status", responses=problems(NotFound))
async def get_status(kernel: KernelDep, actor: CurrentActor, user: UUID) -> StatusOut:
    """What somebody shows beside their name with whom one shares a workspace."""
    async with kernel.uow.read() as read:
        if user not in await sharing_a_workspace(read, actor.user, [user]):
            raise NotFound("There is no such user")
        status = (await statuses_among(read, [user], kernel.clock)).get(user, NO_STATUS)
    return StatusOut(emoji=status.emoji, text=status.text, until=status.until, quiet_until=status.quiet_until)


@router.delete(
    "/workspaces/{workspace}/members/{user}/status",
    status_code=204,
    responses=problems(NotFound, Forbidden),
)
async def take_status(kernel: KernelDep, actor: CurrentActor, workspace: UUID, user: UUID) -> None:
    """Take away what a member shows beside their name: for moderators, as with mutes."""
    await kernel.uow.run(lambda tx: actions.take_status(tx, actor, workspace, user), key=user)
