"""What the server says of itself: the documents of REST and of the socket, made when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import APIRouter, FastAPI, Response

from talkoot.kernel.http import describe_problems
from talkoot.kernel.late_routes import LateRoute

if TYPE_CHECKING:
    from talkoot.realtime.operations import Operation


def describe_api(app: FastAPI) -> None:
    """Have every refusal in the document of the API."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        return describe_problems(made())

    app.openapi = openapi  # type: ignore[method-assign]


def asyncapi_router(operations: Sequence[Operation]) -> APIRouter:
    """The document of the socket, at its address."""
    router = APIRouter(route_class=LateRoute, include_in_schema=False)

    @cache
    def document() -> bytes:
        from talkoot.asyncapi import asyncapi  # few ever ask for it

        return msgspec.json.encode(asyncapi(operations))

    @router.get("/api/asyncapi.json")
    async def describe_socket() -> Response:
        return Response(document(), media_type="application/json")

    return router
