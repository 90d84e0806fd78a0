"""Looking at what messages link to, beside everything else."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.files.keeping import keep_picture
from talkoot.chat.previews.actions import LOOK, Seen, show_previews
from talkoot.chat.previews.finding import page_at
from talkoot.chat.previews.queries import linked_message

if TYPE_CHECKING:
    from talkoot.chat.previews.queries import LinkedMessage
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim


async def look(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Look at what a message links to now; what has changed meanwhile is looked at by a job of its own."""
    async with kernel.uow.read() as read:
        wanted = await linked_message(read, UUID(claim.payload["message"]))
    if wanted is None:
        return None
    links = wanted.links if kernel.settings.link_previews == "on" else ()
    looked = await asyncio.gather(
        *(_look_at(kernel, wanted, url) for url in links if url not in wanted.shown)
    )
    return partial(show_previews, wanted=wanted, seen=[each for each in looked if each is not None])


async def _look_at(kernel: Kernel, wanted: LinkedMessage, url: str) -> Seen | None:
    page = await page_at(kernel, url)
    if page is None:
        return None
    kept = None
    if page.picture:
        kept = await keep_picture(kernel, wanted.actor, wanted.room, "preview", page.picture)
    return Seen(url, page.facts, kept)


HANDLERS: dict[str, Handler] = {LOOK: look}
