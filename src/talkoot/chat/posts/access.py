"""The door to posts: what is not published is known to its authors and to who edits all posts."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import select

from talkoot.chat.access.permissions import Permission
from talkoot.chat.posts.models import PUBLISHED, Post, PostAuthor
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


def may_edit(grants: Grants, authors: Collection[UUID]) -> bool:
    """Whether these grants let somebody change a post of these authors."""
    held = grants.permissions
    return Permission.POSTS_WRITE in held and (grants.user in authors or Permission.POSTS_EDIT in held)


async def authors_of(read: Read, post: Post) -> list[UUID]:
    """Who writes a post, the first author first."""
    others = select(PostAuthor.user_id).where(PostAuthor.post_id == post.id).order_by(PostAuthor.place)
    return [post.author_id, *await read.session.scalars(others)]


async def post_to_read(
    read: Read, actor: Actor, operation: Operation, room: UUID, post_id: UUID
) -> tuple[Post, Grants]:
    """A post with which the actor may do this, and what they may do in its room."""
    grants = await room_to_read(read, actor, room, operation)
    return (await _known(read, await read.session.get(Post, post_id), grants))[0], grants


async def post_to_change(
    read: Read, actor: Actor, operation: Operation, room: UUID, post_id: UUID
) -> tuple[Post, Grants]:
    """A post that the actor may change, as it is now."""
    grants = await room_to_read(read, actor, room, operation)
    return await changeable(read, post_id, grants), grants


async def changeable(read: Read, post_id: UUID, grants: Grants) -> Post:
    """The post as it is now, if these grants let somebody change it; NotFound or Forbidden if not."""
    found = await read.session.get(Post, post_id, populate_existing=True)
    known, authors = await _known(read, found, grants)
    if not may_edit(grants, authors):
        raise Forbidden(f"The posts of others are changed with the permission {Permission.POSTS_EDIT}")
    return known


async def _known(read: Read, post: Post | None, grants: Grants) -> tuple[Post, list[UUID]]:
    authors = [] if post is None else await authors_of(read, post)
    if post is None or post.room_id != grants.resource:
        raise NotFound("There is no such post")
    if post.state != PUBLISHED and grants.user not in authors and not may_edit(grants, authors):
        raise NotFound("There is no such post")
    return post, authors
