"""What one is mailed, over HTTP, and the link that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import Response

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.digests import actions
from talkoot.chat.digests.queries import choice_of, reader
from talkoot.chat.digests.schemas import Letters, LettersWanted
from talkoot.chat.digests.unsubscribing import read_token
from talkoot.kernel.errors import Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel

router = make_router(Invalid, tags=["letters"])


@router.get("/users/me/letters", responses=problems(NotAuthenticated))
async def get_letters(kernel: KernelDep, actor: CurrentActor) -> Letters:
    """What one is mailed."""
    return await _letters(kernel, actor.user)


@router.patch("/users/me/letters", responses=problems(NotAuthenticated))
async def change_letters(kernel: KernelDep, actor: CurrentActor, wanted: LettersWanted) -> Letters:
    """Say what one wants to be mailed; what is not said stays."""
    await kernel.uow.run(lambda tx: actions.choose(tx, actor.user, wanted), key=actor.user)
    return await _letters(kernel, actor.user)


@router.get("/letters/unsubscribe/{token}", status_code=303, responses=problems(NotFound))
async def open_unsubscribe(kernel: KernelDep, token: str) -> Response:
    """To the page that asks before it ends these letters: what only looks at a link must change nothing."""
    read_token(kernel.secrets, token)
    return Response(status_code=303, headers={"Location": f"/unsubscribe#{token}"})


@router.post("/letters/unsubscribe/{token}", status_code=204, responses=problems(NotFound))
async def unsubscribe(kernel: KernelDep, token: str) -> None:
    """End letters of the kind that the token is of, at once (RFC 8058); nobody need be signed in."""
    user, kind = read_token(kernel.secrets, token)
    await kernel.uow.run(lambda tx: actions.end(tx, user, kind), key=user)


async def _letters(kernel: Kernel, user: UUID) -> Letters:
    async with kernel.uow.read() as read:
        choice, reached = await choice_of(read, user), await reader(read, user)
    own = choice.wait_minutes if choice else None
    return Letters.model_validate(
        {
            "messages": choice.messages if choice else True,
            "wait_minutes": kernel.settings.letter_minutes if own is None else own,
            "moderation": choice.moderation if choice else False,
            "mail": kernel.settings.mails and reached is not None,
        }
    )
