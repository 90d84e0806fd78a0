"""Notifications over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.notifications import actions
from talkoot.chat.notifications.queries import notifications_of, settings_of
from talkoot.chat.notifications.schemas import (
    NotificationPage,
    NotificationSettings,
    ReadNotifications,
    RoomLevel,
    SettingsPatch,
    WorkspaceLevel,
)
from talkoot.kernel.errors import Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import UNCHANGED, KernelDep, answer, make_router, problems
from talkoot.kernel.paging import Limit

router = make_router(NotAuthenticated, Invalid, tags=["notifications"])
_CURSOR = r"^(un)?read\.[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"
Cursor = Annotated[str | None, Query(pattern=_CURSOR, description="`next` of a page.")]


@router.get("/notifications", response_model=NotificationPage, responses=UNCHANGED)
async def list_notifications(
    request: Request, kernel: KernelDep, actor: CurrentActor, before: Cursor = None, limit: Limit = 50
) -> Response:
    """What one was told of and may still read: what is not read first, and then the newest first."""
    async with kernel.uow.read() as read:
        page = await notifications_of(read, actor, before=before, limit=limit)
    return answer(request, page)


@router.put("/notifications/read", status_code=204)
async def read_notifications(kernel: KernelDep, actor: CurrentActor, which: ReadNotifications) -> None:
    """One has read these. Reading their rooms does it too."""
    await kernel.uow.run(partial(actions.read_notifications, actor=actor, which=which))


@router.get("/notifications/settings")
async def get_notification_settings(kernel: KernelDep, actor: CurrentActor) -> NotificationSettings:
    """What one wants to be told of, and when."""
    async with kernel.uow.read() as read:
        return await settings_of(read, actor)


@router.patch("/notifications/settings", status_code=204)
async def change_notification_settings(kernel: KernelDep, actor: CurrentActor, wanted: SettingsPatch) -> None:
    """Say what one wants to be told of everywhere, and when one does not want to be disturbed."""
    await kernel.uow.run(partial(actions.set_choices, actor=actor, wanted=wanted))


@router.put("/workspaces/{workspace}/notifications", status_code=204, responses=problems(NotFound, Forbidden))
async def set_workspace_level(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, wanted: WorkspaceLevel
) -> None:
    """Say what one wants to be told of in a workspace, and for which words."""
    action = partial(actions.set_workspace_level, actor=actor, workspace=workspace, wanted=wanted)
    await kernel.uow.run(action)


@router.put("/rooms/{room}/notifications", status_code=204, responses=problems(NotFound, Forbidden))
async def set_room_level(kernel: KernelDep, actor: CurrentActor, room: UUID, wanted: RoomLevel) -> None:
    """Say what one wants to be told of in a room."""
    await kernel.uow.run(partial(actions.set_room_level, actor=actor, room=room, wanted=wanted))
