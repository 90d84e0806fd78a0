"""Reading posts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import and_, func, or_, select

from talkoot.chat.access.models import AccessEntry, Resource
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.names import username_key
from talkoot.chat.messages.models import Message
from talkoot.chat.posts.access import may_edit
from talkoot.chat.posts.models import PUBLISHED, Blog, Post, PostAuthor, PostSlug, PostTag, PostVersion
from talkoot.chat.posts.slugs import tag_key
from talkoot.kernel.clock import rfc3339, rfc3339_or_none
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.kernel.transactions import Read


class Found(Value, frozen=True):
    """A post with who wrote it, how many answers it has, and whether more are taken (`replies` as shown).

    `others` wrote it together with its first author.
    """

    post: Post
    author: User
    comments: int
    replies: str | None
    others: Sequence[User] = ()

    @property
    def authors(self) -> list[User]:
        """All who write it, the first author first."""
        return [self.author, *self.others]

    @property
    def moment(self) -> int:
        """By what posts are in order."""
        return self.post.published_at or self.post.created_at


class PostFilter(Value, frozen=True):
    """Which posts of a room: of a state, with a tag, of an author, behind a place in the list."""

    room: UUID
    state: str = PUBLISHED
    tag: str | None = None
    author: UUID | None = None
    before: tuple[int, UUID] | None = None


_MOMENT = func.coalesce(Post.published_at, Post.created_at)
_POSTS: Any = (
    select(Post, User, func.coalesce(Message.reply_count, 0), Message.replies)
    .join(User, User.id == Post.author_id)
    .outerjoin(Message, Message.id == Post.message_id)
)


async def posts_of(read: Read, wanted: PostFilter, grants: Grants, limit: int) -> list[Found]:
    """The posts of a room that somebody with these grants on it may know of, the newest first."""
    chosen = _POSTS.where(Post.room_id == wanted.room, Post.state == wanted.state)
    if wanted.author is not None:
        chosen = chosen.where(_written_by(wanted.author))
    if wanted.state != PUBLISHED and not may_edit(grants, ()):
        chosen = chosen.where(_written_by(grants.user))
    if wanted.tag is not None:
        tagged = select(PostTag.post_id).where(PostTag.tag == tag_key(wanted.tag))
        chosen = chosen.where(Post.id.in_(tagged))
    if wanted.before is not None:
        moment, post = wanted.before
        chosen = chosen.where(or_(moment > _MOMENT, and_(moment >= _MOMENT, Post.id < post)))
    rows = await read.session.execute(chosen.order_by(_MOMENT.desc(), Post.id.desc()).limit(limit))
    return await _with_others(read, [Found(*row) for row in rows])


async def found_post(read: Read, post: UUID) -> Found:
    """A post that somebody passed a door to, with what is shown beside it."""
    row = (await read.session.execute(_POSTS.where(Post.id == post))).one()
    return (await _with_others(read, [Found(*row)]))[0]


async def _with_others(read: Read, found: Sequence[Found]) -> list[Found]:
    rows = await read.session.execute(
        select(PostAuthor.post_id, User)
        .join(User, User.id == PostAuthor.user_id)
        .where(PostAuthor.post_id.in_([each.post.id for each in found]))
        .order_by(PostAuthor.place)
    )
    others: dict[UUID, list[User]] = {}
    for post, user in rows:
        others.setdefault(post, []).append(user)
    return [replace(each, others=others.get(each.post.id, ())) for each in found]


def _written_by(user: UUID) -> Any:
    together = select(PostAuthor.post_id).where(PostAuthor.user_id == user)
    return or_(Post.author_id == user, Post.id.in_(together))


async def post_named(read: Read, room: UUID, slug: str) -> Post | None:
    """The post that goes by this name in a room, or went by it before."""
    named = select(PostSlug.post_id).where(PostSlug.room_id == room, PostSlug.slug == slug)
    return await read.session.scalar(select(Post).where(Post.id == named.scalar_subquery()))


async def versions_of_post(
    read: Read, post: UUID, *, after: int, limit: int
) -> Sequence[tuple[PostVersion, User]]:
    """What a post said, the first version first."""
    found = await read.session.execute(
        select(PostVersion, User)
        .join(User, User.id == PostVersion.user_id)
        .where(PostVersion.post_id == post, PostVersion.number > after)
        .order_by(PostVersion.number)
        .limit(limit)
    )
    return [(version, user) for version, user in found]


async def author_named(read: Read, room: UUID, username: str) -> User | None:
    """Who goes by this name and has published something in a room."""
    here = (Post.room_id == room, Post.state == PUBLISHED)
    first = select(Post.author_id).where(*here)
    others = select(PostAuthor.user_id).join(Post, Post.id == PostAuthor.post_id).where(*here)
    named = User.username_key == username_key(username)
    return await read.session.scalar(select(User).where(named, or_(User.id.in_(first), User.id.in_(others))))


async def slug_of_blog(read: Read, room: UUID) -> str:
    """The name of a room of posts in addresses."""
    slug: str | None = await read.connection.scalar(select(Blog.slug).where(Blog.room_id == room))
    return slug or str(room)


async def blog_named(read: Read, name: str) -> UUID | None:
    """The room of posts that goes by this name, or has this id."""
    found: UUID | None = await read.connection.scalar(select(Blog.room_id).where(Blog.slug == name))
    if found is None and (given := _as_id(name)) is not None:
        found = await read.connection.scalar(select(Blog.room_id).where(Blog.room_id == given))
    return found


async def blogs_for_everyone(read: Read, limit: int) -> Sequence[tuple[UUID, str]]:
    """Rooms with public posts that an entry may open to everyone, and their names; a door says whether."""
    opened = select(AccessEntry.id).where(
        AccessEntry.resource_id.in_([Resource.id, Resource.parent_id, Resource.workspace_id]),
        AccessEntry.allow,
        AccessEntry.principal == "everyone",
        AccessEntry.permissions.contains(Permission.ROOM_READ.value),
    )
    written = select(Post.id).where(Post.room_id == Blog.room_id, Post.state == PUBLISHED)
    rows = await read.connection.execute(
        select(Blog.room_id, Blog.slug)
        .join(Resource, Resource.id == Blog.room_id)
        .where(opened.exists(), written.exists())
        .order_by(Blog.room_id)
        .limit(limit)
    )
    return [(room, slug) for room, slug in rows]


async def newest_names(read: Read, rooms: Collection[UUID], limit: int) -> Sequence[tuple[UUID, str, int]]:
    """The newest public posts of these rooms: where each is, by what name, and when it was changed."""
    rows = await read.connection.execute(
        select(Post.room_id, Post.slug, Post.updated_at, _MOMENT)
        .where(Post.room_id.in_(rooms), Post.state == PUBLISHED)
        .order_by(_MOMENT.desc(), Post.id.desc())
        .limit(limit)
    )
    return [(room, slug, max(updated, moment)) for room, slug, updated, moment in rows]


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


async def own_posts(read: Read, user: UUID) -> list[dict[str, Any]]:
    """All of somebody's posts, drafts and what was taken back too, as they are now: for their own data."""
    found = await read.session.scalars(select(Post).where(_written_by(user)).order_by(Post.id))
    return [
        {
            "room": post.room_id,
            "state": post.state,
            "title": post.title,
            "text": post.text,
            "excerpt": post.excerpt,
            "tags": post.tags.splitlines(),
            "updated_at": rfc3339(post.updated_at),
            "published_at": rfc3339_or_none(post.published_at),
        }
        for post in found
    ]
