"""Finding the route of a request by the parts of its path, where a list would be searched from its begin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute, Match, Route

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_ANY = "{}"  # the branch of a part that is a parameter
_HERE = ""  # the leaf; no part of a path that has a route is empty

_Branch = dict[str, Any]


class RouteTable(BaseRoute):
    """Stands before the routes that it knows; what it does not find is left to them, in their order."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._trees: dict[str, _Branch] = {}
        for route in routes:
            if isinstance(route, Route):
                for method in route.methods or ():
                    self._add(method, route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A full match or none, for a refusal takes its time."""
        route = self._find(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if route is not None:
            match, child = route.matches(scope)
            if match is Match.FULL:
                return match, {**child, "route": route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand over to the route that was found."""
        await scope["route"].handle(scope, receive, send)

    def _add(self, method: str, route: Route) -> None:
        branch = self._trees.setdefault(method, {})
        for part in route.path_format.split("/")[1:]:
            branch = branch.setdefault(_ANY if part.startswith("{") else part, {})
        branch.setdefault(_HERE, route)

    def _find(self, method: str, path: str) -> Route | None:
        branch: _Branch | None = self._trees.get(method)
        for part in path.split("/")[1:]:
            if branch is None or part == _HERE:
                return None
            branch = branch.get(part) or branch.get(_ANY)
        return branch.get(_HERE) if branch is not None else None
