"""Pins over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from talkoot.chat.access.operations import LIST_PINS
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.pins import actions
from talkoot.chat.pins.queries import pins_of
from talkoot.chat.pins.schemas import PinOut
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import UNCHANGED, KernelDep, answer, make_router, problems
from talkoot.kernel.paging import Page

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["pins"])


@router.get("/rooms/{room}/pins", response_model=Page[PinOut], responses=UNCHANGED)
async def list_pins(request: Request, kernel: KernelDep, actor: CurrentActor, room: UUID) -> Response:
    """What is pinned in a room, the newest pin first."""
    async with kernel.uow.read() as read:
        await room_to_read(read, actor, room, LIST_PINS)
        pins = await pins_of(read, room)
    return answer(request, pins)


@router.put("/messages/{message}/pin", status_code=204, responses=problems(Forbidden, Conflict))
async def pin_message(kernel: KernelDep, actor: CurrentActor, message: UUID) -> None:
    """Pin a message in its room; once more changes nothing."""
    await kernel.uow.run(lambda tx: actions.pin(tx, actor, message))


@router.delete("/messages/{message}/pin", status_code=204, responses=problems(Forbidden))
async def unpin_message(kernel: KernelDep, actor: CurrentActor, message: UUID) -> None:
    """Take a pin away, whoever pinned the message."""
    await kernel.uow.run(lambda tx: actions.unpin(tx, actor, message))
