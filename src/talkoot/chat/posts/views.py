"""Posts as others see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from talkoot.chat.accounts.views import public_user
from talkoot.chat.posts.models import PUBLISHED, UNPUBLISHED, Post, PostVersion
from talkoot.chat.posts.schemas import PostListed, PostOut, State, VersionOut
from talkoot.chat.posts.slugs import beginning_of
from talkoot.kernel.clock import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from talkoot.chat.accounts.models import User


def shown_of(post: Post, others: Sequence[UUID] = ()) -> dict[str, Any]:
    """What its message shows besides the text: the documented `PostShown`."""
    return {
        "id": str(post.id),
        "state": PUBLISHED,
        "title": post.title,
        "slug": post.slug,
        "excerpt": excerpt_of(post),
        "tags": tags_of(post),
        "cover": str(post.cover_id) if post.cover_id else None,
        "published_at": rfc3339(post.published_at or post.created_at),
        "co_authors": [str(other) for other in others],
    }


def hidden_of(post: Post) -> dict[str, Any]:
    """The same while it is not public any more."""
    emptied: dict[str, Any] = {
        "state": UNPUBLISHED,
        "title": "",
        "slug": "",
        "excerpt": "",
        "tags": [],
        "cover": None,
        "co_authors": [],
    }
    return shown_of(post) | emptied


def excerpt_of(post: Post) -> str:
    """What somebody wrote as such, or the beginning of the text."""
    return post.excerpt or beginning_of(post.text)


def tags_of(post: Post) -> list[str]:
    """Its tags, in their order."""
    return post.tags.splitlines()


def listed(
    post: Post, authors: Sequence[User], *, comments: int, replies: str | None, path: str, editable: bool
) -> PostListed:
    """A post in a list; when it is to be published, and why not, is for those who may change it."""
    author, *others = authors
    return PostListed(
        id=post.id,
        room=post.room_id,
        message=post.message_id,
        state=cast("State", post.state),
        author=public_user(author),
        co_authors=[public_user(other) for other in others],
        title=post.title,
        slug=post.slug,
        path=path,
        excerpt=excerpt_of(post),
        tags=tags_of(post),
        cover=post.cover_id,
        comments=comments,
        comments_open=replies != "closed",
        created_at=rfc3339(post.created_at),
        updated_at=rfc3339(post.updated_at),
        published_at=rfc3339_or_none(post.published_at),
        publish_at=rfc3339_or_none(post.publish_at) if editable else None,
        refusal=post.refusal if editable else None,
        may_edit=editable,
    )


def whole(listed_: PostListed, post: Post) -> PostOut:
    """The same with its text."""
    return PostOut(**listed_.model_dump(), text=post.text, own_excerpt=post.excerpt)


def version_out(version: PostVersion, by: User) -> VersionOut:
    """A version of a post."""
    return VersionOut(
        number=version.number,
        title=version.title,
        text=version.text,
        ts=rfc3339(version.ts),
        by=public_user(by),
    )
