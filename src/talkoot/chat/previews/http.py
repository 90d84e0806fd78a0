"""Previews over HTTP: they come by themselves, and can be taken away."""

from __future__ import annotations

from uuid import UUID

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.previews import actions
from talkoot.kernel.errors import Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["previews"])


@router.delete("/messages/{message}/previews/{preview}", status_code=204, responses=problems(Forbidden))
async def remove_preview(kernel: KernelDep, actor: CurrentActor, message: UUID, preview: UUID) -> None:
    """Take a preview away from a message: whoever wrote it may, and who moderates its room."""
    await kernel.uow.run(lambda tx: actions.remove_preview(tx, actor, message, preview))
