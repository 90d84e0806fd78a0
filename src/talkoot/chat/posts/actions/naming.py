"""The names of posts and of their rooms in addresses, and the tags by which posts are found."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from talkoot.chat.posts.models import Blog, Post, PostSlug, PostTag
from talkoot.chat.posts.slugs import slug_of, tag_key, with_end
from talkoot.kernel.errors import Conflict

if TYPE_CHECKING:
    from talkoot.chat.rooms.events import PostsRoomMade
    from talkoot.kernel.transactions import Tx

_AT_ONCE = 20  # names that are looked up in one statement
_OF_ID = 8  # digits at its end, which are random


async def name_blog(tx: Tx, made: PostsRoomMade) -> None:
    """Give a new room of posts its name in addresses.

    The end of the room's id stands in each: names are unique over all workspaces, and nobody shall learn from
    theirs that there is another room of that name.
    """
    slug = with_end(slug_of(made.name), made.room.hex[-_OF_ID:])
    await tx.connection.execute(insert(Blog).values(room_id=made.room, slug=slug))


async def name_post(tx: Tx, post: Post, wanted: str | None) -> None:
    """Give a post the name that somebody wants, or one after its title; what it had before leads to it.

    Conflict if another post of the room has the wanted one, or had. A draft gives its old name back.
    """
    asked = wanted is not None
    base = slug_of(wanted if wanted is not None else post.title)
    if post.message_id is None:
        await tx.connection.execute(delete(PostSlug).where(PostSlug.post_id == post.id))
    slug, first = "", 1
    while not slug:
        names = [base] if asked else _names(base, first)
        found = await tx.connection.execute(
            select(PostSlug.slug, PostSlug.post_id).where(
                PostSlug.room_id == post.room_id, PostSlug.slug.in_(names)
            )
        )
        owners = {row.slug: row.post_id for row in found}
        slug = _free(names, [name for name, owner in owners.items() if owner != post.id])
        if asked and not slug:
            raise Conflict(f"Another post of this room goes by {base!r}", code="slug_taken")
        first += _AT_ONCE
        if slug and slug not in owners:
            values = {"room_id": post.room_id, "slug": slug, "post_id": post.id}
            await tx.connection.execute(insert(PostSlug).values(values))
    post.slug = slug


async def tag_post(tx: Tx, post: Post, tags: Collection[str]) -> None:
    """Have a post found by these tags."""
    post.tags = "\n".join(tags)
    await tx.connection.execute(delete(PostTag).where(PostTag.post_id == post.id))
    rows = [{"post_id": post.id, "tag": tag_key(tag)} for tag in tags]
    if rows:
        await tx.connection.execute(insert(PostTag), rows)


def _names(base: str, first: int) -> list[str]:
    return [base if n == 1 else with_end(base, str(n)) for n in range(first, first + _AT_ONCE)]


def _free(names: Collection[str], taken: Collection[str]) -> str:
    return next((name for name in names if name not in taken), "")
