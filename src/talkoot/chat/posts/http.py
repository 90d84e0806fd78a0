"""Posts over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from talkoot.chat.access.cache import Grants
from talkoot.chat.access.operations import GET_POST, LIST_POSTS, LIST_VERSIONS
from talkoot.chat.accounts.http_auth import CurrentActor, CurrentReader
from talkoot.chat.posts import queries, views
from talkoot.chat.posts.access import may_edit, post_to_change, post_to_read
from talkoot.chat.posts.actions.leaving import leave_post
from talkoot.chat.posts.actions.publishing import publish_post, unpublish_post
from talkoot.chat.posts.actions.scheduling import schedule_post, unschedule_post
from talkoot.chat.posts.actions.writing import change_post, delete_post, make_post
from talkoot.chat.posts.queries import Found, PostFilter
from talkoot.chat.posts.schemas import (
    NewPost,
    PostListed,
    PostOut,
    PostPatch,
    PostSchedule,
    State,
    VersionOut,
)
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.clock import from_datetime
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.transactions import Read, Tx

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["posts"])

_PLACE = r"^[0-9]{1,18}\.[0-9a-f-]{36}$"


@router.get("/rooms/{room}/posts")
async def list_posts(
    kernel: KernelDep,
    actor: CurrentReader,
    room: UUID,
    state: State = "published",
    tag: Annotated[str | None, Query(max_length=40)] = None,
    author: UUID | None = None,
    before: Annotated[str | None, Query(pattern=_PLACE)] = None,
    limit: Limit = 20,
) -> Page[PostListed]:
    """The posts of a room, the newest first; what is not published only to its author and to editors."""
    wanted = PostFilter(room, state, tag, author, _place(before))
    async with kernel.uow.read() as read:
        grants = await room_to_read(read, actor, room, LIST_POSTS)
        found = await queries.posts_of(read, wanted, grants, limit + 1)
        blog = await queries.slug_of_blog(read, room)
    page = page_of(found, limit, key=lambda last: f"{last.moment}.{last.post.id}")
    return Page(items=[_listed(each, blog, grants) for each in page.items], next=page.next)


@router.post("/rooms/{room}/posts", status_code=201, responses=problems(Forbidden, Conflict))
async def write_post(kernel: KernelDep, actor: CurrentActor, room: UUID, new: NewPost) -> PostOut:
    """Write a draft: only its author and editors know of it."""

    async def action(tx: Tx) -> PostOut:
        post = await make_post(tx, actor, room, new)
        return await _seen(tx, await room_to_read(tx, actor, room, GET_POST), post.id)

    return await kernel.uow.run(action, key=room)


@router.get("/rooms/{room}/posts/{post}")
async def get_post(kernel: KernelDep, actor: CurrentReader, room: UUID, post: UUID) -> PostOut:
    """One post."""
    async with kernel.uow.read() as read:
        found, grants = await post_to_read(read, actor, GET_POST, room, post)
        return await _seen(read, grants, found.id)


@router.patch("/rooms/{room}/posts/{post}", responses=problems(Forbidden, Conflict))
async def update_post(
    kernel: KernelDep, actor: CurrentActor, room: UUID, post: UUID, patch: PostPatch
) -> PostOut:
    """Change a post; what is public changes for everybody at once, and its old names lead to it."""

    async def action(tx: Tx) -> PostOut:
        await change_post(tx, actor, room, post, patch)
        return await _seen(tx, await room_to_read(tx, actor, room, GET_POST), post)

    return await kernel.uow.run(action, key=room)


@router.delete("/rooms/{room}/posts/{post}", status_code=204, responses=problems(Forbidden))
async def remove_post(kernel: KernelDep, actor: CurrentActor, room: UUID, post: UUID) -> None:
    """Delete a post and all that it ever said."""
    await kernel.uow.run(lambda tx: delete_post(tx, actor, room, post), key=room)


@router.delete("/rooms/{room}/posts/{post}/co-authors/me", status_code=204, responses=problems(NotFound))
async def leave(kernel: KernelDep, actor: CurrentActor, room: UUID, post: UUID) -> None:
    """Take oneself out of those who write a post together: whoever was named may."""
    await kernel.uow.run(lambda tx: leave_post(tx, actor, room, post), key=room)


@router.post("/rooms/{room}/posts/{post}/publish", responses=problems(Forbidden))
async def publish(kernel: KernelDep, actor: CurrentActor, room: UUID, post: UUID) -> PostOut:
    """Let everybody who reads the room read a post; its first time it becomes a message of the room."""

    async def action(tx: Tx) -> PostOut:
        await publish_post(tx, actor, room, post)
        return await _seen(tx, await room_to_read(tx, actor, room, GET_POST), post)

    return await kernel.uow.run(action, key=room)


@router.post("/rooms/{room}/posts/{post}/unpublish", responses=problems(Forbidden, Conflict))
async def unpublish(kernel: KernelDep, actor: CurrentActor, room: UUID, post: UUID) -> PostOut:
    """Take a post back: its message is empty until it is published again, and answers to it stay."""

    async def action(tx: Tx) -> PostOut:
        await unpublish_post(tx, actor, room, post)
        return await _seen(tx, await room_to_read(tx, actor, room, GET_POST), post)

    return await kernel.uow.run(action, key=room)


@router.put("/rooms/{room}/posts/{post}/schedule", responses=problems(Forbidden, Conflict))
async def schedule(
    kernel: KernelDep, actor: CurrentActor, room: UUID, post: UUID, wish: PostSchedule
) -> PostOut:
    """Have a post published at a time, in one's own name; whether one may publish it is asked again then."""
    at = from_datetime(wish.at)

    async def action(tx: Tx) -> PostOut:
        await schedule_post(tx, actor, room, post, at)
        return await _seen(tx, await room_to_read(tx, actor, room, GET_POST), post)

    return await kernel.uow.run(action, key=room)


@router.delete("/rooms/{room}/posts/{post}/schedule", status_code=204, responses=problems(Forbidden))
async def unschedule(kernel: KernelDep, actor: CurrentActor, room: UUID, post: UUID) -> None:
    """Do not publish it by itself after all."""
    await kernel.uow.run(lambda tx: unschedule_post(tx, actor, room, post), key=room)


@router.get("/rooms/{room}/posts/{post}/versions", responses=problems(Forbidden))
async def list_versions(
    kernel: KernelDep,
    actor: CurrentActor,
    room: UUID,
    post: UUID,
    after: Annotated[int, Query(ge=0, lt=2**53)] = 0,
    limit: Limit = 50,
) -> Page[VersionOut]:
    """What a post said since it was first published, to its author and to editors."""
    async with kernel.uow.read() as read:
        found, _ = await post_to_change(read, actor, LIST_VERSIONS, room, post)
        versions = await queries.versions_of_post(read, found.id, after=after, limit=limit + 1)
    return page_of([views.version_out(*each) for each in versions], limit, key=lambda last: last.number)


async def _seen(read: Read, grants: Grants, post: UUID) -> PostOut:
    found = await queries.found_post(read, post)
    return views.whole(_listed(found, await queries.slug_of_blog(read, grants.resource), grants), found.post)


def _listed(found: Found, blog: str, grants: Grants) -> PostListed:
    post = found.post
    return views.listed(
        post,
        found.authors,
        comments=found.comments,
        replies=found.replies,
        path=f"/blog/{blog}/{post.slug}",
        editable=may_edit(grants, [author.id for author in found.authors]),
    )


def _place(before: str | None) -> tuple[int, UUID] | None:
    if before is None:
        return None
    moment, _, post = before.partition(".")
    try:
        return int(moment), UUID(post)
    except ValueError:
        raise Invalid.field("before", "unknown", "There is no such place in this list") from None
