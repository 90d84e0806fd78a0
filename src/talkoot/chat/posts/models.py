"""The tables of posts. What is published is a message of its room besides."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model

DRAFT, PUBLISHED, UNPUBLISHED = "draft", "published", "unpublished"


class Blog(Model):
    """The name of a room of posts in addresses; it stays when the room is renamed."""

    __tablename__ = "blogs"

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)


class Post(Model):
    """A post. A draft is in no log; `message_id` is what it became when it was first published.

    `excerpt` is empty where nobody wrote one. `tags` are separated by line ends, in their order. It is to be
    published at `publish_at`, in the name of `publish_by`; `refusal` says why that could not be done.
    """

    __tablename__ = "posts"
    __table_args__ = (
        Index("ix_posts_room", "room_id", "state", "published_at"),
        Index("ix_posts_author", "author_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    message_id: Mapped[UUID | None] = mapped_column(unique=True)
    state: Mapped[str]
    title: Mapped[str]
    slug: Mapped[str]
    text: Mapped[str]
    excerpt: Mapped[str]
    tags: Mapped[str]
    cover_id: Mapped[UUID | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]
    published_at: Mapped[int | None]
    publish_at: Mapped[int | None]
    publish_by: Mapped[UUID | None]
    refusal: Mapped[str | None]


class PostAuthor(Model):
    """Somebody who writes a post together with its first author, at a place behind theirs."""

    __tablename__ = "post_authors"
    __table_args__ = (Index("ix_post_authors_user", "user_id"),)

    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    place: Mapped[int]


class PostSlug(Model):
    """A name that a post has in addresses, or had: it leads there for ever."""

    __tablename__ = "post_slugs"
    __table_args__ = (Index("ix_post_slugs_post", "post_id"),)

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))


class PostTag(Model):
    """A tag of a post, as it is looked for: folded."""

    __tablename__ = "post_tags"
    __table_args__ = (Index("ix_post_tags_tag", "tag", "post_id"),)

    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)


class PostVersion(Model):
    """What a post said from a moment on, and who wrote that."""

    __tablename__ = "post_versions"

    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ts: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
