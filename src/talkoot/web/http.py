"""Public pages of rooms of posts: made on the server, without a script, for whoever may read the room."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.responses import RedirectResponse

from talkoot.chat.access.operations import GET_POST, LIST_POSTS, LIST_THREAD
from talkoot.chat.accounts.actors import NO_SESSION, NOBODY, Actor
from talkoot.chat.accounts.http_auth import CurrentReader
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.queries import thread
from talkoot.chat.posts import queries
from talkoot.chat.posts.access import post_to_read
from talkoot.chat.posts.queries import Found, PostFilter
from talkoot.chat.rooms.access import room_to_read
from talkoot.chat.rooms.models import Room
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.documents import Document
from talkoot.kernel.errors import Forbidden, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep
from talkoot.kernel.late_routes import LateRoute
from talkoot.web import pieces
from talkoot.web.markdown import html_of
from talkoot.web.pieces import Blog

if TYPE_CHECKING:
    from jinja2 import Environment

    from talkoot.chat.access.cache import Grants
    from talkoot.kernel.transactions import Read

_HERE = Path(__file__).parent
_ON_A_PAGE, _IN_A_FEED, _COMMENTS, _IN_A_MAP = 10, 20, 50, 5000
_BLOGS = 200
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_CREDENTIALS = {b"cookie", b"authorization"}
_XML = {"feed.xml": "application/atom+xml", "sitemap.xml": "application/xml"}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2 Characters

Place = Annotated[str | None, Query(pattern=r"^[0-9]{1,18}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Position = Annotated[int, Query(ge=0, lt=2**53)]


class PageRoute(LateRoute):
    """A route whose refusals are one page, that does not tell what there is."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Show what everybody may read to whose session has ended, too."""
        handle = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                return await handle(request)
            except NotAuthenticated:
                kept = [header for header in request.scope["headers"] if header[0] not in _CREDENTIALS]
                try:
                    return await handle(Request({**request.scope, "headers": kept}, request.receive))
                except (NotAuthenticated, NotFound, Forbidden):
                    return _missing()
            except (NotFound, Forbidden, RequestValidationError):
                return _missing()

        return page


router = APIRouter(route_class=PageRoute, include_in_schema=False)
_page = partial(router.api_route, methods=["GET", "HEAD"])


@_page("/blog/{blog}")
async def index(
    request: Request, kernel: KernelDep, actor: CurrentReader, blog: str, before: Place = None
) -> Response:
    """The newest posts of a room, or those before a place in the list."""
    return await _list(request, kernel, actor, blog, before=before)


@_page("/blog/{blog}/tag/{tag}")
async def tagged(
    request: Request, kernel: KernelDep, actor: CurrentReader, blog: str, tag: str, before: Place = None
) -> Response:
    """Those with a tag."""
    return await _list(request, kernel, actor, blog, tag=tag, before=before)


@_page("/blog/{blog}/author/{name}")
async def written_by(
    request: Request, kernel: KernelDep, actor: CurrentReader, blog: str, name: str, before: Place = None
) -> Response:
    """Those of an author."""
    return await _list(request, kernel, actor, blog, name=name, before=before)


@_page("/blog/{blog}/feed.xml")
async def feed(request: Request, kernel: KernelDep, actor: CurrentReader, blog: str) -> Response:
    """The newest posts as an Atom feed."""
    async with kernel.uow.read() as read:
        there, grants = await _blog(read, request, actor, blog)
        found = await queries.posts_of(read, PostFilter(there.room), grants, _IN_A_FEED)
    shown = [pieces.post_in(there, each, text=True) for each in found]
    return await _made(request, actor, "feed.xml", blog=there, posts=shown)


@_page("/blog/{blog}/{slug}")
async def one_post(
    request: Request, kernel: KernelDep, actor: CurrentReader, blog: str, slug: str, after: Position = 0
) -> Response:
    """A post with what was answered; a name that it had before leads to the one that it has."""
    async with kernel.uow.read() as read:
        there, _ = await _blog(read, request, actor, blog)
        named = await queries.post_named(read, there.room, slug)
        if named is None:
            raise NotFound("There is no such post")
        post, _ = await post_to_read(read, actor, GET_POST, there.room, named.id)
        found = await queries.found_post(read, post.id)
        comments: dict[str, Any] = {"items": [], "next": None}
        if post.message_id is not None and post.state == "published":
            root, _ = await message_for(read, actor, LIST_THREAD, post.message_id)
            page = await thread(read, root, after=max(after, root.seq), limit=_COMMENTS)
            comments = msgspec.json.decode(page.body)
    if (slug, blog) != (post.slug, there.slug):
        return RedirectResponse(pieces.path_of(there, post), 301, _headers(actor, "no-cache"))
    shown = pieces.post_in(there, found, text=True)
    told = [pieces.comment(each) for each in comments["items"] if each["id"] != str(post.message_id)]
    return await _made(
        request, actor, "post.html", blog=there, post=shown, comments=told, next=comments["next"]
    )


@router.api_route("/sitemap.xml", methods=["GET", "HEAD"])
async def sitemap(request: Request, kernel: KernelDep) -> Response:
    """All that everybody may read, for those who search."""
    nobody, home = Actor(NOBODY, "", NO_SESSION), _home(request)
    blogs: dict[UUID, Blog] = {}
    posts: Sequence[tuple[UUID, str, int]] = ()
    if kernel.settings.anonymous_readers == "on":
        async with kernel.uow.read() as read:
            for room, slug in await queries.blogs_for_everyone(read, _BLOGS):
                try:
                    await room_to_read(read, nobody, room, LIST_POSTS)
                except (NotAuthenticated, NotFound, Forbidden):
                    continue
                blogs[room] = Blog(room, slug, slug, "", home)
            posts = await queries.newest_names(read, blogs, _IN_A_MAP)
    listed = [(pieces.path_to(blogs[room], slug), rfc3339(changed)) for room, slug, changed in posts]
    return await _made(request, nobody, "sitemap.xml", home=home, blogs=blogs.values(), posts=listed)


@router.get("/blog.css")
async def style() -> Response:
    """How the pages look."""
    return Response(_style(), media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


async def _list(
    request: Request,
    kernel: KernelDep,
    actor: Actor,
    blog: str,
    *,
    tag: str | None = None,
    name: str | None = None,
    before: str | None = None,
) -> Response:
    moment, _, last = (before or "").partition(".")
    place = (int(moment), UUID(last)) if last else None
    async with kernel.uow.read() as read:
        there, grants = await _blog(read, request, actor, blog)
        author = await queries.author_named(read, there.room, name) if name is not None else None
        wanted = PostFilter(there.room, tag=tag, author=author.id if author else None, before=place)
        found = await queries.posts_of(read, wanted, grants, _ON_A_PAGE + 1)
    if (name is not None and author is None) or (tag is not None and not found):
        raise NotFound("There is no such page")
    if blog != there.slug:
        path = request.url.path.split("/")
        path[2] = there.slug
        return RedirectResponse("/".join(path), 301, _headers(actor, "no-cache"))
    more = _place(found[_ON_A_PAGE - 1]) if len(found) > _ON_A_PAGE else None
    return await _made(
        request,
        actor,
        "index.html",
        blog=there,
        posts=[pieces.post_in(there, each, text=False) for each in found[:_ON_A_PAGE]],
        more=more,
        tag=tag,
        author=author.display_name if author else None,
        path=request.url.path,
    )


def _place(last: Found) -> str:
    return f"{last.moment}.{last.post.id}"


async def _blog(read: Read, request: Request, actor: Actor, name: str) -> tuple[Blog, Grants]:
    """A room of posts that the actor may read, by its name in addresses or its id."""
    room = await queries.blog_named(read, name)
    if room is None:
        raise NotFound("There is no such page")
    grants = await room_to_read(read, actor, room, LIST_POSTS)
    found = await read.session.get_one(Room, room)
    slug = await queries.slug_of_blog(read, room)
    return Blog(room, slug, found.name, found.topic, _home(request)), grants


def _home(request: Request) -> str:
    public_url: str = request.state.kernel.settings.public_url
    return (public_url or str(request.base_url)).rstrip("/")


async def _made(request: Request, actor: Actor, template: str, **values: Any) -> Response:
    """The page, which everybody may keep if everybody may read it, after asking whether it still holds."""
    made = await asyncio.to_thread(_environment().get_template(template).render, values)
    if template in _XML:
        made = _NO_XML.sub("", made)
    document = Document(made.encode())
    headers = _headers(actor, "public, no-cache") | {"ETag": document.tag}
    if document.is_among(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    kind = _XML.get(template, "text/html")
    return Response(document.body, 200, headers, f"{kind}; charset=utf-8")


def _headers(actor: Actor, public: str) -> dict[str, str]:
    return {
        "Cache-Control": public if actor.user == NOBODY else "private, no-store",
        "Vary": "Cookie, Authorization",
        "Content-Security-Policy": _POLICY,
    }


def _missing() -> Response:
    made = _environment().get_template("missing.html").render()
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    return Response(made, 404, headers, "text/html; charset=utf-8")


@cache
def _style() -> bytes:
    return (_HERE / "blog.css").read_bytes()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # most servers show no pages

    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["markdown"] = html_of  # it may take a while, and pages are made beside the loop
    return made
