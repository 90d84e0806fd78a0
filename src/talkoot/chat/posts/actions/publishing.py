"""Letting the room read a post, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.operations import PUBLISH_POST, UNPUBLISH_POST
from talkoot.chat.messages.actions.post import change_message, hide_message, publish_message
from talkoot.chat.posts.access import post_to_change
from talkoot.chat.posts.actions.authoring import tell_co_authors
from talkoot.chat.posts.actions.writing import add_version, message_of, publication
from talkoot.chat.posts.models import PUBLISHED, UNPUBLISHED, Post
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel import log
from talkoot.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx


async def publish_post(tx: Tx, actor: Actor, room: UUID, post_id: UUID) -> Post:
    """Let everybody who reads the room read a post, as its author's; once more changes nothing."""
    grants = await room_to_read(tx, actor, room, PUBLISH_POST)
    await log.lock(tx, [room])
    post, _ = await post_to_change(tx, actor, PUBLISH_POST, room, post_id)
    if post.state == PUBLISHED:
        return post
    await let_read(tx, grants, post, actor.user)
    return post


async def let_read(tx: Tx, grants: Grants, post: Post, by: UUID) -> None:
    """Publish a post that these grants let somebody change, and whose room's log is locked."""
    if not post.text:
        raise Invalid.field("text", "missing", "What is published says something")
    post.publish_at = post.publish_by = post.refusal = None
    post.state, post.updated_at = PUBLISHED, tx.now
    post.published_at = post.published_at or tx.now
    if post.message_id is None:
        post.message_id = (await publish_message(tx, grants, await publication(tx, post))).id
    else:
        await change_message(tx, grants, await message_of(tx, post), await publication(tx, post))
    await add_version(tx, post, by)
    await tx.flush()
    await tell_co_authors(tx, grants, post)


async def unpublish_post(tx: Tx, actor: Actor, room: UUID, post_id: UUID) -> Post:
    """Take a post out of its room, log and pages until it is published again; Conflict for a draft."""
    grants = await room_to_read(tx, actor, room, UNPUBLISH_POST)
    await log.lock(tx, [room])
    post, _ = await post_to_change(tx, actor, UNPUBLISH_POST, room, post_id)
    if post.message_id is None:
        raise Conflict("It was not published yet", code="not_published")
    if post.state == PUBLISHED:
        post.state, post.updated_at = UNPUBLISHED, tx.now
        await hide_message(tx, grants, await message_of(tx, post), await publication(tx, post))
    await tx.flush()
    return post
