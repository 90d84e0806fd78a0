"""Routes that are worked out when they are first asked for, not while the program starts.

Reading the signatures of all handlers takes a start longer than anything else, and most routes of most
servers are never used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi.routing import APIRoute
from starlette.routing import Match, compile_path

if TYPE_CHECKING:
    from starlette.types import Scope

_OF_THE_PATH = frozenset({"path_regex", "param_convertors"})


class LateRoute(APIRoute):
    """What FastAPI knows of a route, learned when somebody wants it; its path has no `{name:convertor}`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path = self.path_format = path
        self._fixed = path.partition("{")[0]
        self.endpoint = endpoint
        self.methods = {method.upper() for method in options["methods"] or ("GET",)}
        self._options = options

    def work_out(self) -> None:
        """Read the signature, and make all that answering needs."""
        super().__init__(self.path, self.endpoint, **self.__dict__.pop("_options"))

    def be_known(self) -> None:
        """Have it worked out, if nobody has asked for it yet."""
        if "_options" in self.__dict__:
            self.work_out()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this is the route; what has another beginning is told without its expression."""
        if scope["type"] != "http" or not scope["path"].startswith(self._fixed):
            return Match.NONE, {}
        return super().matches(scope)

    def __getattr__(self, name: str) -> Any:
        """What is not there yet."""
        if name in _OF_THE_PATH:
            self.path_regex, _, self.param_convertors = compile_path(self.path)
        elif "_options" in self.__dict__:
            self.work_out()
        else:
            raise AttributeError(name)
        return getattr(self, name)
