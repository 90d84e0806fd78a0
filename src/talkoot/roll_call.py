"""Before anything is served: every way into the program has its row in the table of operations, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from talkoot.chat.access.operations import TABLE, Operation
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.scopes import SCOPE_OF
from talkoot.chat.accounts.http_auth import current_admission, current_reader, enrolling_actor
from talkoot.kernel.http import API
from talkoot.kernel.routes import RouteTable

_SCOPES = "src/talkoot/chat/access/scopes.py"
_WHERE = "src/talkoot/chat/access/operations.py"
# Files and documents for everybody, and what the operator's own programs ask: nothing here is about anything.
_WITHOUT_SUBJECT = frozenset(
    {"/api/openapi.json", "/api/asyncapi.json", "/healthz", "/readyz", "/metrics", "/{path:path}"}
)
# Pages show what an operation of the API gives, behind its door: `list_posts` and `get_post`.
_PAGES = frozenset({"/sitemap.xml", "/blog.css"})
_BELOW = "/blog/"
_FILES = frozenset({"/assets", "/api/docs"})
_DOORS = frozenset({current_admission, current_reader, enrolling_actor})


class NotInTheTable(RuntimeError):
    """Something would be served of which nobody has said who may do it."""


def call_the_roll(routes: Iterable[BaseRoute], socket: Iterable[str]) -> None:
    """Compare what is about to be served with the table; NotInTheTable names every difference.

    `socket` are the operations of the socket, by name.
    """
    by_way = {way: row for row in TABLE.values() for way in row.ways}
    wrong = [
        f"{permission} has no scope: say in {_SCOPES} what a token needs for it"
        for permission in Permission
        if permission not in SCOPE_OF
    ]
    for way, route in _ways(routes):
        if (row := by_way.pop(way, None)) is None:
            wrong.append(f"{way} has no row: say in {_WHERE} what it is about and what it needs")
        elif isinstance(route, APIRoute) and door_of(route.endpoint) not in _doors_of(row):
            wrong.append(_wrong_door(way, row))
    unknown = [name for name in socket if by_way.pop(name, None) is None]
    wrong += [f"the socket's {name} has no row: say in {_WHERE} what it needs" for name in unknown]
    wrong += [f"{way} has a row in {_WHERE}, and is not served" for way in by_way]
    if wrong:
        raise NotInTheTable("Talkoot does not start: " + "; ".join(wrong))


def _doors_of(row: Operation) -> set[object]:
    """What the handler has to ask by this row; who must set up a second factor first gets only to oneself."""
    if row.about == "anyone":
        return {None}
    if row.public:
        return {current_reader}
    return {current_admission, enrolling_actor} if row.about == "oneself" else {current_admission}


def _wrong_door(way: str, row: Operation) -> str:
    if row.about == "anyone":
        return f"{way} is for anyone by its row, but its handler wants somebody signed in"
    if row.public:
        return f"{way} is public by its row, but its handler has no CurrentReader"
    return f"{way} is about {row.about!r}, but its handler has no CurrentActor: it would let anybody in"


def _ways(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, BaseRoute]]:
    """Each method and path, relative to the API's prefix; what is not known to be a route is refused."""
    for route in routes:
        if isinstance(route, RouteTable):  # has those that follow it
            continue
        if isinstance(route, Route):
            if route.path not in _WITHOUT_SUBJECT | _PAGES and not route.path.startswith(_BELOW):
                methods = (route.methods or set()) - {"HEAD", "OPTIONS"}
                yield from ((f"{method} {route.path.removeprefix(API)}", route) for method in sorted(methods))
        elif isinstance(route, WebSocketRoute):
            yield f"GET {route.path.removeprefix(API)}", route
        elif (inside := getattr(route, "original_router", None)) is not None:
            yield from _ways(inside.routes)
        elif not (isinstance(route, Mount) and route.path in _FILES):
            raise NotInTheTable(f"Nobody knows what {route!r} would serve: list it in {__name__}")


@cache
def door_of(handler: Callable[..., Any]) -> object:
    """What a handler asks about who sends a request; None if it does not.

    It is found by name, as the signatures are read only later: `CurrentActor` and what stands on it.
    """
    names = getattr(handler, "__globals__", {})
    for annotation in getattr(handler, "__annotations__", {}).values():
        wanted = names.get(annotation) if isinstance(annotation, str) else annotation
        for part in getattr(wanted, "__metadata__", ()):
            if isinstance(part, Depends) and part.dependency is not None:
                if part.dependency in _DOORS:
                    return part.dependency
                if (inside := door_of(part.dependency)) is not None:
                    return inside
    return None
