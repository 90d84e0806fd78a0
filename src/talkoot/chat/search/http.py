"""Search over HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.search.elsewhere import Followed
from talkoot.chat.search.finding import find_best, find_messages
from talkoot.chat.search.index import Index
from talkoot.chat.search.language import LONGEST, parse
from talkoot.chat.search.schemas import FoundMessage
from talkoot.kernel.errors import Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router
from talkoot.kernel.paging import Limit, Page
from talkoot.kernel.rate_limits import Rule

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["search"])

SEARCHES = Rule("search", limit=5, period_seconds=1, burst=20)  # of one person
# One holds its connection until all texts are taken apart: the others are for who only reads.
_TURNS = asyncio.Semaphore(2)


async def _index_of(request: Request) -> Index:
    followed: Followed | None = request.state.search
    if followed is None:
        raise NotFound("Search is switched off on this server")
    return await followed.ready()


IndexDep = Annotated[Index, Depends(_index_of)]
Place = Annotated[int, Query(ge=0, lt=2**62, description="`next` of the page before.")]


@router.get("/search")
async def search_messages(
    kernel: KernelDep,
    actor: CurrentActor,
    index: IndexDep,
    q: Annotated[str, Query(description=f"What to look for, at most {LONGEST} characters.")],
    workspace: UUID,
    after: Place | None = None,
    limit: Limit = 20,
    sort: Literal["newest", "best"] = "newest",
) -> Page[FoundMessage]:
    """Messages that match, the newest first, from rooms that one may read at this moment.

    All words have to be there: `words`, `"a phrase"`, `prefix*`, `-not`, `from:@somebody`, `in:#room`,
    `before:2026-12-31`, `after:`, `on:`, `is:thread`, `has:link`, `has:file`, `has:image`,
    `has:video`, `has:audio`, `has:poll`, `has:pin`.
    `sort=best` gives the best of the newest 200 that match, in one page.
    """
    await kernel.limits.require(str(actor.user), SEARCHES)
    query = parse(q)
    if sort == "best" and after is not None:
        raise Invalid.field("after", "sort", "The best ones are all in one page: leave `after` out")
    async with _TURNS, kernel.uow.read() as read:
        if sort == "best":
            now = kernel.clock.now()
            return await find_best(read, index, actor, workspace, query, limit=limit, now=now)
        return await find_messages(read, index, actor, workspace, query, after=after, limit=limit)
