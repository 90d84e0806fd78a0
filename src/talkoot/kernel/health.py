"""For whoever operates the server: whether it lives, whether it should get traffic, and its numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from talkoot.kernel.addresses import client_address, comes_from, is_local
from talkoot.kernel.errors import NotFound, TalkootError, Unavailable
from talkoot.kernel.http import kernel_of
from talkoot.kernel.late_routes import LateRoute
from talkoot.kernel.queue_metrics import Queue

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.metrics import Metrics

# Raises Unavailable with the reason, when the server should get no traffic.
Check = Callable[["Kernel"], Awaitable[None]]


async def database_answers(kernel: Kernel) -> None:
    """The check that asks the database for a sign of life."""
    async with kernel.uow.read() as read:
        await read.connection.exec_driver_sql("SELECT 1")


def health_router(metrics: Metrics, checks: Mapping[str, Check]) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`, for the root of the application."""
    router = APIRouter(route_class=LateRoute, tags=["operation"])
    queue = Queue()
    queue.watched_by(metrics)

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz")
    async def alive() -> dict[str, str]:
        """The process runs and its event loop turns."""
        return {"status": "alive"}

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz")
    async def ready(request: Request) -> dict[str, str]:
        """The server can take traffic: the database answers and fits, and it is not about to stop."""
        kernel = kernel_of(request)
        for name, check in checks.items():
            try:
                await check(kernel)
            except TalkootError as error:
                raise Unavailable(f"{name}: {error.detail}") from error
        return {"status": "ready"}

    @router.get("/metrics", include_in_schema=False)
    async def numbers(request: Request) -> Response:
        kernel = kernel_of(request)
        if not _may_read(request, kernel):
            raise NotFound
        await queue.look(kernel)
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return router


def _may_read(request: Request, kernel: Kernel) -> bool:
    """With `local` nothing forwarded counts: behind a proxy on this machine the whole world looks local."""
    settings = kernel.settings
    address = client_address(request.scope, ())
    local = is_local(address) or comes_from(address, settings.trusted_proxies)
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return settings.metrics == "open" or (settings.metrics == "local" and local and not forwarded)
