"""What posts look like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, field_validator

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.chat.messages.schemas import EXCERPT, TAGS, TEXT, TITLE
from talkoot.chat.posts.slugs import LENGTH, tag_key
from talkoot.kernel.text import Line, body_text

CO_AUTHORS = 20  # of one post


def _optional_body(value: str) -> str:
    return body_text(value) if value.strip() else ""


Title = Annotated[Line, Field(max_length=TITLE)]
Body = Annotated[str, Field(max_length=TEXT), AfterValidator(_optional_body)]
Excerpt = Annotated[str, Field(max_length=EXCERPT), AfterValidator(_optional_body)]
Tag = Annotated[Line, Field(max_length=40)]
Slug = Annotated[Line, Field(max_length=LENGTH)]
CoAuthors = Annotated[list[UUID], Field(max_length=CO_AUTHORS)]
State = Literal["draft", "published", "unpublished"]


class PostListed(BaseModel):
    """A post in a list. `message` is what it is in its room, `path` its page, which everybody reads who may.

    `excerpt` is the beginning of the text where nobody wrote one, and `may_edit` is about the one who asks.
    `co_authors` write it together with `author`. To those who may edit it `publish_at` says when it is to be
    published, and `refusal` why it could not be when that moment came.
    """

    id: UUID
    room: UUID
    message: UUID | None
    state: State
    author: PublicUser
    co_authors: list[PublicUser]
    title: str
    slug: str
    path: str
    excerpt: str
    tags: list[str]
    cover: UUID | None
    comments: int
    comments_open: bool
    created_at: Moment
    updated_at: Moment
    published_at: Moment | None
    publish_at: Moment | None
    refusal: str | None
    may_edit: bool


class PostOut(PostListed):
    """A post with its text, and what somebody wrote as its excerpt."""

    text: str
    own_excerpt: str


class NewPost(BaseModel):
    """A draft. Without a `slug` it is made from the title; the cover is a picture uploaded for this room.

    `co_authors` change it too; they are people who may write posts in the room.
    """

    title: Title
    text: Body = ""
    slug: Slug | None = None
    excerpt: Excerpt = ""
    tags: list[Tag] = Field(default=[], max_length=TAGS)
    cover: UUID | None = None
    co_authors: CoAuthors = []

    @field_validator("tags")
    @classmethod
    def _once(cls, tags: list[str]) -> list[str]:
        return once_each(tags)


class PostPatch(BaseModel):
    """What is to change of a post; what is left out stays. Closed comments take no more answers."""

    title: Title | None = None
    text: Body | None = None
    slug: Slug | None = None
    excerpt: Excerpt | None = None
    tags: list[Tag] | None = Field(default=None, max_length=TAGS)
    cover: UUID | None = None
    co_authors: CoAuthors | None = None
    comments_open: bool | None = None

    @field_validator("tags")
    @classmethod
    def _once(cls, tags: list[str] | None) -> list[str] | None:
        return once_each(tags) if tags is not None else None


class PostSchedule(BaseModel):
    """When a post is to be published: a moment with a zone, at most a year ahead."""

    at: AwareDatetime


class VersionOut(BaseModel):
    """What a post said from a moment on, and who wrote that."""

    number: int
    title: str
    text: str
    ts: Moment
    by: PublicUser


def once_each(tags: list[str]) -> list[str]:
    """The same tags, each only the first time, however it is written."""
    return [*{tag_key(tag): tag for tag in reversed(tags)}.values()][::-1]
