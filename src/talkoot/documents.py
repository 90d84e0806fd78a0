"""What the server says of itself: the documents of REST and of the socket, made when first asked for.

To describe all that is served takes a good part of a second. Routes, for which others may ask meanwhile, are
worked out on the loop, one in a turn of it; what only reads them is done by a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response

from talkoot.kernel.documents import Document
from talkoot.kernel.http import answer, describe_problems
from talkoot.kernel.late_routes import LateRoute

if TYPE_CHECKING:
    from talkoot.realtime.operations import Operation


def describe_api(app: FastAPI) -> None:
    """Have every refusal in the document of the API."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        return describe_problems(made())

    app.openapi = openapi  # type: ignore[method-assign]


def documents_router(app: FastAPI, operations: Sequence[Operation]) -> APIRouter:
    """The documents, each at its address."""

    def asyncapi() -> dict[str, Any]:
        from talkoot.asyncapi import asyncapi as described  # few ever ask for it

        return described(operations)

    router = APIRouter(route_class=LateRoute, include_in_schema=False)

    async def rest_described() -> Document:
        for route in app.routes:
            if isinstance(route, LateRoute):
                route.be_known()
                await asyncio.sleep(0)
        return await asyncio.to_thread(lambda: _written(app.openapi()))

    rest = _made_once(rest_described)
    socket = _made_once(lambda: asyncio.to_thread(lambda: _written(asyncapi())))

    @router.api_route("/api/openapi.json", methods=["GET", "HEAD"])
    async def describe_rest(request: Request) -> Response:
        return answer(request, await rest())

    @router.api_route("/api/asyncapi.json", methods=["GET", "HEAD"])
    async def describe_socket(request: Request) -> Response:
        return answer(request, await socket())

    return router


def _written(description: dict[str, Any]) -> Document:
    return Document(msgspec.json.encode(description))


def _made_once(make: Callable[[], Coroutine[Any, Any, Document]]) -> Callable[[], Awaitable[Document]]:
    """A document that is made once, for all who ask until it is there and after."""
    making: asyncio.Task[Document] | None = None

    async def made() -> Document:
        nonlocal making
        if making is None or (making.done() and (making.cancelled() or making.exception())):
            making = asyncio.create_task(make())
        return await asyncio.shield(making)  # whoever goes away takes nobody's answer along

    return made
