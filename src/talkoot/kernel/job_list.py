"""Looking at jobs: what people are shown of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.kernel.errors import NotFound
from talkoot.kernel.jobs import Job

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def newest(
    read: Read, *, state: str | None = None, after: UUID | None = None, limit: int
) -> Sequence[Job]:
    """Jobs of one state, or all; the newest first, from behind `after`."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Job.state == state)
    if after is not None:
        query = query.where(Job.id < after)
    return (await read.session.scalars(query)).all()


async def find(read: Read, job: UUID) -> Job:
    """One job; NotFound when there is none."""
    found = await read.session.get(Job, job, populate_existing=True)
    if found is None:
        raise NotFound("There is no such job")
    return found
