"""The door to posts: what is not published is known to its author and to who edits all posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.permissions import Permission
from talkoot.chat.posts.models import PUBLISHED, Post
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


def may_edit(grants: Grants, author: UUID) -> bool:
    """Whether these grants let somebody change a post of this author."""
    held = grants.permissions
    return Permission.POSTS_WRITE in held and (author == grants.user or Permission.POSTS_EDIT in held)


def may_know(grants: Grants, post: Post) -> bool:
    """Whether these grants, on its room, let somebody read a post."""
    return post.state == PUBLISHED or post.author_id == grants.user or may_edit(grants, post.author_id)


async def post_to_read(
    read: Read, actor: Actor, operation: Operation, room: UUID, post_id: UUID
) -> tuple[Post, Grants]:
    """A post with which the actor may do this, and what they may do in its room."""
    grants = await room_to_read(read, actor, room, operation)
    return _known(await read.session.get(Post, post_id), grants), grants


async def post_to_change(
    read: Read, actor: Actor, operation: Operation, room: UUID, post_id: UUID
) -> tuple[Post, Grants]:
    """A post that the actor may change, as it is now."""
    grants = await room_to_read(read, actor, room, operation)
    return changeable(await read.session.get(Post, post_id, populate_existing=True), grants), grants


def changeable(post: Post | None, grants: Grants) -> Post:
    """The post, if these grants let somebody change it; NotFound or Forbidden if not."""
    known = _known(post, grants)
    if not may_edit(grants, known.author_id):
        raise Forbidden(f"The posts of others are changed with the permission {Permission.POSTS_EDIT}")
    return known


def _known(post: Post | None, grants: Grants) -> Post:
    if post is None or post.room_id != grants.resource or not may_know(grants, post):
        raise NotFound("There is no such post")
    return post
