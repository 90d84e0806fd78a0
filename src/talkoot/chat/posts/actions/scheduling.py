"""Having a post published at a time, in the name of who wants that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.operations import PUBLISH_POST, SCHEDULE_POST, UNSCHEDULE_POST
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.messages.events import OwnChanged
from talkoot.chat.posts.access import post_to_change
from talkoot.chat.posts.actions.publishing import let_read
from talkoot.chat.posts.models import PUBLISHED, Post
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel import jobs, log
from talkoot.kernel.clock import DAY
from talkoot.kernel.errors import Conflict, Forbidden, Invalid
from talkoot.kernel.moments import current_moment

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.operations import Operation
    from talkoot.kernel.transactions import Tx

PUBLISH_SCHEDULED = "posts.publish"
_FURTHEST = 366 * DAY


async def schedule_post(tx: Tx, actor: Actor, room: UUID, post_id: UUID, at: int) -> None:
    """Have a post published at a moment (microseconds since the epoch); another one takes its place.

    Conflict for what is public, Invalid for what says nothing yet, and for a moment that was or is far off.
    """
    post = await _locked(tx, actor, SCHEDULE_POST, room, post_id)
    if post.state == PUBLISHED:
        raise Conflict("It is published already", code="published")
    if not post.text:
        raise Invalid.field("text", "missing", "What is published says something")
    now = await current_moment(tx.connection, tx.now)
    if not now < at <= now + _FURTHEST:
        raise Invalid.field("at", "out_of_range", "A post is published later than now, and within a year")
    post.publish_at, post.publish_by, post.refusal = at, actor.user, None
    await jobs.enqueue(tx, PUBLISH_SCHEDULED, {"post": str(post.id)}, run_at=at)
    await tx.flush()


async def unschedule_post(tx: Tx, actor: Actor, room: UUID, post_id: UUID) -> None:
    """Do not publish it by itself, and forget why that was refused; once more changes nothing."""
    post = await _locked(tx, actor, UNSCHEDULE_POST, room, post_id)
    post.publish_at = post.publish_by = post.refusal = None
    await tx.flush()


async def publish_due(tx: Tx, post_id: UUID) -> None:
    """Publish it, if who wanted that may do so now; what was put off meanwhile is left alone.

    Raises what refuses it, and then nothing of it may be committed.
    """
    post = await tx.session.get(Post, post_id, populate_existing=True)
    if post is None or not await _is_due(tx, post):
        return
    assert post.publish_by is not None
    await _publish(tx, post, post.publish_by)


async def refuse_due(tx: Tx, post_id: UUID, reason: str) -> None:
    """It was not published: the reason is kept with the post, and who wanted that is told."""
    post = await tx.session.get(Post, post_id, with_for_update=True, populate_existing=True)
    if post is None or not await _is_due(tx, post):
        return
    by, post.publish_at, post.refusal = post.publish_by, None, reason
    await tx.flush()
    assert by is not None
    told = {"post": post.id, "room": post.room_id, "reason": reason}
    await tx.emit(OwnChanged(by, "post.refused", told))


async def _publish(tx: Tx, post: Post, by: UUID) -> None:
    who = await user_with_id(tx, by)
    if who.deactivated_at is not None:
        raise Forbidden("The account is closed")
    actor = Actor(who.id, who.username, NO_SESSION, who.bot)
    grants = await room_to_read(tx, actor, post.room_id, PUBLISH_POST)
    await log.lock(tx, [post.room_id])
    found, _ = await post_to_change(tx, actor, PUBLISH_POST, post.room_id, post.id)
    if await _is_due(tx, found):
        await let_read(tx, grants, found, by)


async def _is_due(tx: Tx, post: Post) -> bool:
    if post.publish_at is None or post.state == PUBLISHED:
        return False
    return post.publish_at <= await current_moment(tx.connection, tx.now)


async def _locked(tx: Tx, actor: Actor, operation: Operation, room: UUID, post_id: UUID) -> Post:
    await room_to_read(tx, actor, room, operation)
    await log.lock(tx, [room])
    return (await post_to_change(tx, actor, operation, room, post_id))[0]
