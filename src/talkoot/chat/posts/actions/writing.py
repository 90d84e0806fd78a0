"""Writing posts: drafts, changes to what is public, and taking a post away for good."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, select

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import CHANGE_POST, DELETE_POST, MAKE_POST
from talkoot.chat.access.permissions import Permission
from talkoot.chat.files.actions.carrying import carry, drop_file, drop_files_of, files_to_send
from talkoot.chat.files.models import HELD, WITHHELD
from talkoot.chat.messages.actions.entries import close_thread
from talkoot.chat.messages.actions.erase import Erasing, erase
from talkoot.chat.messages.actions.post import Publication, change_message
from talkoot.chat.messages.models import Message
from talkoot.chat.posts.access import authors_of, changeable, post_to_change
from talkoot.chat.posts.actions.authoring import leave_posts, name_co_authors
from talkoot.chat.posts.actions.naming import name_post, tag_post
from talkoot.chat.posts.models import DRAFT, PUBLISHED, Post, PostAuthor, PostSlug, PostTag, PostVersion
from talkoot.chat.posts.views import hidden_of, shown_of
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel import log
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Forbidden, Invalid
from talkoot.kernel.ids import new_id

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.events import PostComing, PostsErased
    from talkoot.chat.posts.schemas import NewPost, PostPatch
    from talkoot.kernel.transactions import Tx


async def make_post(tx: Tx, actor: Actor, room: UUID, new: NewPost) -> Post:
    """A draft. Invalid where the room takes no posts."""
    grants = await room_to_read(tx, actor, room, MAKE_POST)
    if not grants.posts:
        raise Invalid.field("room", "no_posts", "This room takes messages, and no posts")
    await log.lock(tx, [room])
    post = _new(tx, room, actor.user, new.title, new.text)
    post.excerpt = new.excerpt
    await _keep(tx, post, new.slug)
    await tag_post(tx, post, new.tags)
    if new.cover is not None:
        await _cover(tx, actor, post, new.cover)
    await tx.flush()
    await name_co_authors(tx, grants, post, new.co_authors)
    return post


async def change_post(tx: Tx, actor: Actor, room: UUID, post_id: UUID, patch: PostPatch) -> Post:
    """Change a post, and its message if it is public; Conflict if its name is taken."""
    closing = patch.comments_open is not None
    grants = await resource_for(tx, actor, CHANGE_POST, room, exclusive=closing)
    await log.lock(tx, [room])
    post = await changeable(tx, post_id, grants)
    said = (post.title, post.text)
    await _apply(tx, actor, post, patch)
    if patch.co_authors is not None:
        await name_co_authors(tx, grants, post, patch.co_authors)
    if post.state == PUBLISHED:
        if not post.text:
            raise Invalid.field("text", "missing", "What is published says something")
        if said != (post.title, post.text):
            await add_version(tx, post, actor.user)
        message = await message_of(tx, post)
        await change_message(tx, grants, message, await publication(tx, post))
    if closing:
        await _close(tx, grants, post, closed=not patch.comments_open)
    await tx.flush()
    return post


async def delete_post(tx: Tx, actor: Actor, room: UUID, post_id: UUID) -> None:
    """Take a post away for good; where it was public an empty place stays, and what was answered."""
    grants = await room_to_read(tx, actor, room, DELETE_POST)
    await log.lock(tx, [room])
    post, _ = await post_to_change(tx, actor, DELETE_POST, room, post_id)
    if actor.user != post.author_id and Permission.POSTS_EDIT not in grants.permissions:
        raise Forbidden("A post is deleted by its first author, or by who edits all posts")
    await drop_files_of(tx, [post.id])
    if post.message_id is None:
        await _forget(tx, [post.id])
        return
    message = await message_of(tx, post)
    if post.author_id != actor.user:
        whose = {"sender": post.author_id, "seq": message.seq}
        await record(tx, actor, Act("message.deleted", grants.workspace, message.id, room, whose))
    await erase(tx, [message], Erasing(grants.workspace, room, actor.user, grants.version))


async def keep_new_post(tx: Tx, coming: PostComing) -> None:
    """A post that is sent as a message is kept like every other one."""
    await log.lock(tx, [coming.room])  # which names are free stays so, whoever else sends the same title
    post = _new(tx, coming.room, coming.author, coming.title, coming.text)
    post.message_id, post.state, post.published_at = coming.message, PUBLISHED, tx.now
    await _keep(tx, post, None)
    await add_version(tx, post, coming.author)
    coming.shown |= shown_of(post)


async def forget_posts(tx: Tx, erased: PostsErased) -> None:
    """With its message a post is gone, and all that it ever said."""
    found = await tx.connection.scalars(select(Post.id).where(Post.message_id.in_(erased.messages)))
    await _forget(tx, found.all())


async def forget_unpublished_of(tx: Tx, author: UUID) -> None:
    """Delete what somebody wrote alone and never published, with its files."""
    await leave_posts(tx, author)
    found = await tx.connection.scalars(
        select(Post.id).where(Post.author_id == author, Post.message_id.is_(None))
    )
    if drafts := found.all():
        await drop_files_of(tx, drafts)
        await _forget(tx, drafts)


async def message_of(tx: Tx, post: Post) -> Message:
    """The message of a post that was published, as it is now; its room's log is locked."""
    return await tx.session.get_one(Message, post.message_id, populate_existing=True)


async def publication(tx: Tx, post: Post) -> Publication:
    """A post as its message is to show it."""
    public = post.state == PUBLISHED
    _, *others = await authors_of(tx, post)
    shown = shown_of(post, others) if public else hidden_of(post)
    return Publication(post.room_id, post.author_id, post.text if public else "", shown, post.id)


async def add_version(tx: Tx, post: Post, by: UUID) -> None:
    """Keep what a post says from now on."""
    numbers = select(func.coalesce(func.max(PostVersion.number), 0)).where(PostVersion.post_id == post.id)
    number = (await tx.connection.scalar(numbers) or 0) + 1
    said = {"title": post.title, "text": post.text}
    tx.session.add(PostVersion(post_id=post.id, number=number, user_id=by, ts=tx.now, **said))


def _new(tx: Tx, room: UUID, author: UUID, title: str, text: str) -> Post:
    return Post(
        id=new_id(),
        room_id=room,
        author_id=author,
        message_id=None,
        state=DRAFT,
        title=title,
        slug="",
        text=text,
        excerpt="",
        tags="",
        cover_id=None,
        created_at=tx.now,
        updated_at=tx.now,
        published_at=None,
        publish_at=None,
        publish_by=None,
        refusal=None,
    )


async def _keep(tx: Tx, post: Post, slug: str | None) -> None:
    tx.session.add(post)
    await tx.flush()
    await name_post(tx, post, slug)


async def _apply(tx: Tx, actor: Actor, post: Post, patch: PostPatch) -> None:
    retitled = patch.title is not None and patch.title != post.title
    post.title = patch.title if patch.title is not None else post.title
    post.text = patch.text if patch.text is not None else post.text
    post.excerpt = patch.excerpt if patch.excerpt is not None else post.excerpt
    post.updated_at = tx.now
    if patch.slug is not None or (retitled and post.message_id is None):
        await name_post(tx, post, patch.slug)
    if patch.tags is not None:
        await tag_post(tx, post, patch.tags)
    if "cover" in patch.model_fields_set and patch.cover != post.cover_id:
        await _cover(tx, actor, post, patch.cover)


async def _cover(tx: Tx, actor: Actor, post: Post, cover: UUID | None) -> None:
    """Put another picture over a post, or none; the one before is nobody's any more."""
    if cover is not None:
        file = (await files_to_send(tx, [cover])).get(cover)
        if file is None or file.owner_id != actor.user or file.room_id != post.room_id:
            raise Invalid.field("cover", "unknown", "A cover is one's own, uploaded for this room, and new")
        if file.scan in WITHHELD or not file.type.startswith("image/"):
            raise Invalid.field("cover", "no_picture", "A cover is a picture")
        await carry(tx, [(cover, post.id)], HELD)
    if post.cover_id is not None:
        await drop_file(tx, post.cover_id)
    post.cover_id = cover


async def _close(tx: Tx, grants: Grants, post: Post, *, closed: bool) -> None:
    if post.message_id is None:
        raise Conflict("Nobody can answer before it is published", code="not_published")
    await close_thread(tx, await message_of(tx, post), grants, closed=closed)


async def _forget(tx: Tx, posts: Collection[UUID]) -> None:
    if not posts:
        return
    for table in (PostVersion, PostTag, PostSlug, PostAuthor):
        await tx.connection.execute(delete(table).where(table.post_id.in_(posts)))
    await tx.connection.execute(delete(Post).where(Post.id.in_(posts)))
