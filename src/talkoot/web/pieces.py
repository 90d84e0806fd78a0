"""What the templates of public pages are given: plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from talkoot.chat.posts.slugs import tag_key
from talkoot.chat.posts.views import excerpt_of, tags_of
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.posts.models import Post
    from talkoot.chat.posts.queries import Found


class Blog(Value, frozen=True):
    """A room of posts: its name in addresses, what it is called, and where this server is."""

    room: UUID
    slug: str
    name: str
    topic: str
    home: str

    @property
    def path(self) -> str:
        """Where its pages begin."""
        return f"/blog/{quote(self.slug, safe='')}"


def path_of(blog: Blog, post: Post) -> str:
    """Where the page of a post is."""
    return path_to(blog, post.slug)


def path_to(blog: Blog, slug: str) -> str:
    """Where the page of the post with this name is."""
    return f"{blog.path}/{quote(slug, safe='')}"


def post_in(blog: Blog, found: Found, *, text: bool) -> dict[str, Any]:
    """A post for a template."""
    post = found.post
    published = rfc3339(post.published_at or post.created_at)
    return {
        "id": post.id,
        "path": path_of(blog, post),
        "title": post.title,
        "excerpt": excerpt_of(post),
        "cover": f"/api/v1/files/{post.cover_id}" if post.cover_id else None,
        "authors": [
            (who.display_name, f"{blog.path}/author/{quote(who.username, safe='')}") for who in found.authors
        ],
        "tags": [(tag, f"{blog.path}/tag/{quote(tag_key(tag), safe='')}") for tag in tags_of(post)],
        "comments": found.comments,
        "open": found.replies is None,
        "published": published,
        "day": published[:10],
        "updated": rfc3339(max(post.updated_at, post.published_at or 0)),
        "text": post.text if text else "",
    }


def comment(shown: dict[str, Any]) -> dict[str, Any]:
    """A comment for a template, from what messages look like on the wire."""
    return {
        "id": shown["id"],
        "author": shown["sender"]["display_name"],
        "ts": shown["ts"],
        "day": f"{shown['ts'][:10]} {shown['ts'][11:16]} UTC",
        "deleted": shown["deleted"],
        "edited": shown["edited_at"] is not None,
        "text": shown["text"],
    }
