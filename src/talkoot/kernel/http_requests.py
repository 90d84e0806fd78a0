"""The outermost layer of the HTTP edge: an id for each request, one log line, and the numbers."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from talkoot.kernel.errors import TalkootError
from talkoot.kernel.http import problem
from talkoot.kernel.ids import new_id
from talkoot.kernel.log_lines import REQUEST_ID

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("talkoot.requests")

Observe = Callable[[str, str, int, float], None]

UNMATCHED = "(unmatched)"

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_QUIET = {"/healthz", "/readyz", "/metrics"}  # asked for every few seconds
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_CLIENT_LEFT = 499  # nothing was answered, as nginx calls it


class LogRequests:
    """Logs method, route template, status and time: never the path itself, the query or a header."""

    def __init__(self, app: ASGIApp, *, observe: Observe) -> None:
        self.app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with `X-Request-ID`; what crashes is logged here, once, and answered with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        began = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        REQUEST_ID.set(request_id)  # each request is a task, which has a context of its own
        try:
            await self.app(scope, receive, send_with_id)
        except ConnectionAbortedError:
            log.info("An answer was cut off before its end")
        except Exception:
            log.exception("The request crashed")
            if not status:
                await problem(TalkootError())(scope, receive, send_with_id)
        self._tell(scope, status or _CLIENT_LEFT, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = route_template(scope)
        self._observe(method, route, status, seconds)
        level = logging.DEBUG if route in _QUIET else logging.INFO
        if log.isEnabledFor(level):  # and nobody asks which line of the program said it
            about = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
            log.handle(log.makeRecord(log.name, level, "", 0, "request", (), None, extra=about))


def route_template(scope: Scope) -> str:
    """`/api/v1/rooms/{room}/messages` of a request that was routed; a mounted folder is `/assets/*`."""
    matched = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    if matched is not None:
        return str(matched.path)
    mounted = str(scope.get("root_path", ""))
    return f"{mounted}/*" if mounted and "endpoint" in scope else UNMATCHED


def _request_id(scope: Scope) -> str:
    """The id that a proxy gave, if it is harmless, or a new one."""
    given: list[bytes] = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(given) == 1 and _GIVEN_ID.fullmatch(given[0]):
        return given[0].decode()
    return str(new_id())
