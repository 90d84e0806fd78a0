"""Reading drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.operations import GET_ROOM
from talkoot.chat.drafts.models import Draft
from talkoot.chat.drafts.schemas import DraftOut
from talkoot.chat.files.showing import shown_with
from talkoot.chat.rooms.access import rooms_to_read
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


async def drafts_of(read: Read, actor: Actor) -> list[DraftOut]:
    """What somebody has begun to write where they may still read, what was changed last first."""
    drafts = await _all_of(read, actor.user)
    readable = await rooms_to_read(read, actor, {draft.room_id for draft in drafts}, GET_ROOM)
    return await drafts_out(read, [draft for draft in drafts if draft.room_id in readable])


async def own_drafts(read: Read, user: UUID) -> list[dict[str, Any]]:
    """All of them: for somebody's own data."""
    return [draft.model_dump() for draft in await drafts_out(read, await _all_of(read, user))]


async def drafts_out(read: Read, drafts: Sequence[Draft]) -> list[DraftOut]:
    """What their owner is shown."""
    files = await shown_with(read, [draft.carrier for draft in drafts if draft.carrier is not None])
    return [_out(draft, files[draft.carrier]) for draft in drafts]


def _out(draft: Draft, files: list[dict[str, Any]]) -> DraftOut:
    return DraftOut.model_validate(
        {
            "room": draft.room_id,
            "thread": draft.place_id if draft.place_id != draft.room_id else None,
            "text": draft.text,
            "attachments": files,
            "version": draft.version,
            "updated_at": rfc3339(draft.version),
        }
    )


async def _all_of(read: Read, user: UUID) -> Sequence[Draft]:
    found = await read.session.scalars(
        select(Draft).where(Draft.user_id == user).order_by(Draft.version.desc())
    )
    return found.all()
