"""Reading the emoji of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from talkoot.chat.emoji.models import Emoji
from talkoot.chat.emoji.schemas import EmojiOut
from talkoot.kernel.errors import NotFound

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

_ORIGINAL = aliased(Emoji)


async def emoji_of(read: Read, workspace: UUID, *, only: UUID | None = None) -> list[EmojiOut]:
    """All emoji of a workspace by name, or one of them."""
    columns = (Emoji.id, Emoji.name, Emoji.alias_of, _ORIGINAL.name, Emoji.animated, Emoji.user_id)
    query = (
        select(*columns)
        .outerjoin(_ORIGINAL, _ORIGINAL.id == Emoji.alias_of)
        .where(Emoji.workspace_id == workspace)
        .order_by(Emoji.name)
    )
    if only is not None:
        query = query.where(Emoji.id == only)
    return [
        EmojiOut(id=id_, name=name, alias_of=of, picture=original or id_, animated=animated, by=by)
        for id_, name, original, of, animated, by in await read.connection.execute(query)
    ]


async def picture_of(read: Read, workspace: UUID, emoji: UUID) -> bytes:
    """The picture of an emoji; NotFound if this workspace has none of this id."""
    found: bytes | None = await read.connection.scalar(
        select(Emoji.picture).where(Emoji.id == emoji, Emoji.workspace_id == workspace)
    )
    if found is None:
        raise NotFound("There is no such emoji")
    return found


async def with_name(read: Read, workspace: UUID, name: str) -> Emoji | None:
    """The emoji that a name of a workspace stands for: that with the picture."""
    found = await read.session.scalar(
        select(Emoji).where(Emoji.workspace_id == workspace, Emoji.name == name)
    )
    if found is None or found.alias_of is None:
        return found
    return await read.session.get(Emoji, found.alias_of)


async def how_many(read: Read, workspace: UUID) -> int:
    """How many emoji a workspace has."""
    return int(await read.connection.scalar(select(func.count()).where(Emoji.workspace_id == workspace)) or 0)
