"""What is served: the routers of all features, in one application over the parts of one program."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI
from starlette.routing import WebSocketRoute

from talkoot import __version__
from talkoot.app import Program
from talkoot.chat.access import http as access_http
from talkoot.chat.accounts import http as accounts_http
from talkoot.chat.addresses import http as addresses_http
from talkoot.chat.administration import http as administration_http
from talkoot.chat.applications import http as applications_http
from talkoot.chat.bots import http as bots_http
from talkoot.chat.commands import http as commands_http
from talkoot.chat.digests import http as digests_http
from talkoot.chat.drafts import http as drafts_http
from talkoot.chat.emoji import http as emoji_http
from talkoot.chat.exports import http as exports_http
from talkoot.chat.files import http as files_http
from talkoot.chat.files import http_uploads
from talkoot.chat.groups import http as groups_http
from talkoot.chat.identities import http as identities_http
from talkoot.chat.messages import http as messages_http
from talkoot.chat.moderation import http as moderation_http
from talkoot.chat.notifications import http as notifications_http
from talkoot.chat.onboarding import http as onboarding_http
from talkoot.chat.pins import http as pins_http
from talkoot.chat.polls import http as polls_http
from talkoot.chat.posts import http as posts_http
from talkoot.chat.previews import http as previews_http
from talkoot.chat.privacy import http as privacy_http
from talkoot.chat.push import http as push_http
from talkoot.chat.reactions import http as reactions_http
from talkoot.chat.reads import http as reads_http
from talkoot.chat.rooms import http as rooms_http
from talkoot.chat.saved import http as saved_http
from talkoot.chat.scheduled import http as scheduled_http
from talkoot.chat.search import http as search_http
from talkoot.chat.statuses import http as statuses_http
from talkoot.chat.threads import http as threads_http
from talkoot.chat.tokens import http as tokens_http
from talkoot.documents import describe_api, documents_router
from talkoot.kernel.health import database_answers, health_router
from talkoot.kernel.hosts import CheckHost
from talkoot.kernel.http import answer_problems
from talkoot.kernel.http_limits import LimitBodies, LimitRates
from talkoot.kernel.http_requests import LogRequests
from talkoot.kernel.routes import RouteTable
from talkoot.migrations import tables_fit
from talkoot.realtime.asgi import AsgiGateway
from talkoot.roll_call import call_the_roll
from talkoot.web import http as web_http
from talkoot.web.headers import SecurityHeaders
from talkoot.web.shell import serve_client

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.settings import Settings

_FEATURES = (
    access_http,
    rooms_http,
    files_http,
    http_uploads,
    emoji_http,
    messages_http,
    reactions_http,
    polls_http,
    pins_http,
    saved_http,
    drafts_http,
    previews_http,
    scheduled_http,
    posts_http,
    reads_http,
    threads_http,
    push_http,
    digests_http,
    notifications_http,
    search_http,
    administration_http,
    identities_http,
    addresses_http,
    groups_http,
    tokens_http,
    bots_http,
    commands_http,
    applications_http,
    statuses_http,
    exports_http,
)


def create_app(settings: Settings, installation: UUID | None = None) -> FastAPI:
    """The application that a server runs, with all its parts; in a cluster, of this installation."""
    program = Program(settings, installation, works=not settings.clustered)
    app = FastAPI(
        title="Talkoot",
        version=__version__,
        summary="The chat a team runs with one command.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(program),
    )
    routes = app.router.routes
    routes += [*onboarding_http.routes, *accounts_http.routes, *moderation_http.routes]
    routes += privacy_http.routes
    for feature in _FEATURES:
        routes += feature.router.routes
    routes += web_http.router.routes
    routes.insert(0, RouteTable(routes))
    routes += [*documents_router(app, program.operations).routes, *_health(program).routes]
    routes.append(WebSocketRoute(program.gateway.path, AsgiGateway()))
    serve_client(app)
    describe_api(app)
    call_the_roll(app.routes, program.gateway.conversation.operations)
    answer_problems(app)
    app.add_middleware(
        LimitBodies,
        max_bytes=settings.max_body_bytes,
        seconds=settings.body_seconds,
        roomy=files_http.room_for_files(settings),
    )
    app.add_middleware(LimitRates, limiter=program.kernel.limits, trusted_proxies=settings.trusted_proxies)
    app.add_middleware(CheckHost, hosts=program.hosts)
    app.add_middleware(SecurityHeaders, secure=settings.secure)
    app.add_middleware(LogRequests, observe=program.metrics.observe_request)
    return app


def create_worker(settings: Settings, installation: UUID | None) -> FastAPI:
    """The application that a worker runs: the same parts, and nothing for clients."""
    program = Program(settings, installation)
    app = FastAPI(title="Talkoot worker", openapi_url=None, lifespan=_lifespan(program))
    app.router.routes += _health(program).routes
    answer_problems(app)
    app.add_middleware(LogRequests, observe=program.metrics.observe_request)
    return app


def _lifespan(program: Program) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    return lambda _app: program.running()


def _health(program: Program) -> APIRouter:
    checks = {"database": database_answers, "tables": tables_fit, "drain": program.not_draining}
    return health_router(program.metrics, checks)
