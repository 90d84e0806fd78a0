"""Being no author of a post any more, of one's own accord."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from talkoot.chat.access.operations import LEAVE_POST
from talkoot.chat.messages.actions.post import show_message
from talkoot.chat.messages.events import AuthorLeft
from talkoot.chat.posts.actions.writing import message_of, publication
from talkoot.chat.posts.models import PUBLISHED, Post, PostAuthor
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel import log
from talkoot.kernel.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx


async def leave_post(tx: Tx, actor: Actor, room: UUID, post_id: UUID) -> None:
    """Take oneself out of those who write a post together; NotFound for who is not named there.

    Nobody needs to be allowed to write for that. Its first author stays: they can delete it.
    """
    grants = await room_to_read(tx, actor, room, LEAVE_POST)
    await log.lock(tx, [room])
    post = await tx.session.get(Post, post_id, populate_existing=True)
    if post is None or post.room_id != room:
        raise NotFound("There is no such post")
    mine = (PostAuthor.post_id == post.id, PostAuthor.user_id == actor.user)
    gone = await tx.connection.execute(delete(PostAuthor).where(*mine))
    if not gone.rowcount:
        raise NotFound("You are not among those who write this post with its author")
    if post.state == PUBLISHED:
        message = await message_of(tx, post)
        await show_message(tx, grants, message, await publication(tx, post))
        await tx.emit(AuthorLeft(message.id, actor.user))
