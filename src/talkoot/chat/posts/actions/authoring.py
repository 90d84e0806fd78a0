"""Who writes a post together, and what becomes of it when one of them leaves for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert, select

from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.files.actions.carrying import drop_file
from talkoot.chat.messages.events import AuthorsNamed, OwnChanged
from talkoot.chat.posts.access import authors_of
from talkoot.chat.posts.models import PUBLISHED, Post, PostAuthor
from talkoot.kernel.errors import Invalid

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.kernel.transactions import Tx


async def name_co_authors(tx: Tx, grants: Grants, post: Post, wanted: Sequence[UUID]) -> None:
    """Have these write a post too; Invalid for whoever may not write posts in its room, or is not there."""
    others = [user for user in dict.fromkeys(wanted) if user != post.author_id]
    before = set(await authors_of(tx, post))
    new = [user for user in others if user not in before]
    held = await grants_of_many(tx, {(user, post.room_id) for user in new})
    for user in new:
        theirs = held.get((user, post.room_id))
        if theirs is None or not {Permission.ROOM_READ, Permission.POSTS_WRITE} <= theirs.permissions:
            raise Invalid.field("co_authors", "unknown", "Co-authors are people who may write posts here")
    await tx.connection.execute(delete(PostAuthor).where(PostAuthor.post_id == post.id))
    rows = [{"post_id": post.id, "user_id": user, "place": place} for place, user in enumerate(others, 1)]
    if rows:
        await tx.connection.execute(insert(PostAuthor), rows)
    for user in new:
        if user != grants.user:
            named = {"post": post.id, "room": post.room_id, "by": grants.user}
            await tx.emit(OwnChanged(user, "post.named", named))
    if post.state == PUBLISHED:
        await tell_co_authors(tx, grants, post)


async def tell_co_authors(tx: Tx, grants: Grants, post: Post) -> None:
    """Let it be known who else writes a post that is public; they follow its comments."""
    _, *others = await authors_of(tx, post)
    if others and post.message_id is not None:
        await tx.emit(AuthorsNamed(post.message_id, post.room_id, grants.workspace, others, grants.user))


async def leave_posts(tx: Tx, author: UUID) -> None:
    """Somebody is no author any more; what nobody has read yet goes to who wrote it with them."""
    await tx.connection.execute(delete(PostAuthor).where(PostAuthor.user_id == author))
    own = select(Post).where(Post.author_id == author, Post.message_id.is_(None))
    for post in (await tx.session.scalars(own)).all():
        _, *others = await authors_of(tx, post)
        if others:
            if post.cover_id is not None:  # it is theirs who leave, and goes with them
                await drop_file(tx, post.cover_id)
            post.author_id, post.cover_id = others[0], None
            mine = (PostAuthor.post_id == post.id, PostAuthor.user_id == others[0])
            await tx.connection.execute(delete(PostAuthor).where(*mine))
    await tx.flush()
