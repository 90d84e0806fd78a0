"""The HTTP edge's common ground: strict JSON bodies, problems, and the way to the kernel."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Coroutine
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from talkoot.kernel.context import Kernel
from talkoot.kernel.documents import Document
from talkoot.kernel.errors import (
    FieldError,
    Forbidden,
    Invalid,
    Malformed,
    NotAuthenticated,
    RateLimited,
    StorageFull,
    TalkootError,
    TooLarge,
    TooSlow,
    Unavailable,
)
from talkoot.kernel.late_routes import LateRoute
from talkoot.kernel.plans import Plan, can_be_planned
from talkoot.kernel.strict_json import loads

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

log = logging.getLogger("talkoot.http")

API = "/api/v1"
# The names that OAuth2 has for refusals; whatever else is wrong is the request.
_OAUTH = {
    "invalid_grant": "invalid_grant",
    "invalid_credentials": "invalid_grant",
    "unsupported_grant_type": "unsupported_grant_type",
    "unavailable": "temporarily_unavailable",
    "provider_away": "temporarily_unavailable",
}
# What every call of the API may answer: a secret in its address, nobody signed in, a forged or too frequent
# or too large or too slow request, a database that is away or full.
_ANYWHERE = (Malformed, NotAuthenticated, Forbidden, TooSlow, TooLarge, RateLimited, Unavailable, StorageFull)


class Problem(BaseModel):
    """What every error answers (RFC 9457), as `application/problem+json`."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    errors: list[ProblemField]


class ProblemField(BaseModel):
    """One field that is wrong."""

    field: str
    code: str
    detail: str


class _StrictRequest(Request):
    async def json(self) -> Any:
        if not hasattr(self, "_strict"):
            self._strict = loads(await self.body())
        return self._strict


class StrictRoute(LateRoute):
    """A route whose JSON body is decoded as strictly as a frame on the socket; one without is planned."""

    def work_out(self) -> None:
        """Read the signature, and plan how to answer."""
        super().work_out()
        if self.body_field is None and can_be_planned(self.dependant):
            self._plan = Plan(self.dependant)
            self.app = self._answer

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the request before FastAPI reads it."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strict

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        result = await self._plan(Request(scope, receive), {})
        response = result if isinstance(result, Response) else self._response(result)
        await response(scope, receive, send)

    def _response(self, result: Any) -> Response:
        status = self.status_code or HTTPStatus.OK
        if self.response_field is None:
            return Response(status_code=status)
        return Response(self.response_field.serialize_json(result), status, media_type="application/json")


def problems(*errors: type[TalkootError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: which refusals it answers with."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        by_status[error.status] = {
            "description": error.title,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return by_status


def make_router(*errors: type[TalkootError], tags: list[str | Enum]) -> APIRouter:
    """A router of the API whose routes decode strictly; `errors` are what each of them may answer."""
    responses = problems(*_ANYWHERE, *errors)
    return APIRouter(prefix=API, route_class=StrictRoute, tags=tags, responses=responses)


def kernel_of(request: Request) -> Kernel:
    """The running kernel."""
    kernel: Kernel = request.state.kernel
    return kernel


async def _kernel_of(request: Request) -> Kernel:
    return kernel_of(request)  # a coroutine, for FastAPI calls plain functions in a thread


KernelDep = Annotated[Kernel, Depends(_kernel_of)]


def oauth_problem(error: TalkootError) -> Response:
    """The same for a token endpoint: with the two members that OAuth2 has for it (RFC 6749, 5.2)."""
    return problem(error, error=_OAUTH.get(error.code, "invalid_request"), error_description=error.detail)


def problem(error: TalkootError, /, **more: str) -> Response:
    """An error as `application/problem+json`; `more` are members that belong to it elsewhere."""
    body = {
        "type": f"urn:talkoot:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "retryable": error.retryable,
        "errors": [{"field": f.field, "code": f.code, "detail": f.detail} for f in error.fields],
        **more,
    }
    headers = {"Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        msgspec.json.encode(body),
        status_code=error.status,
        headers=headers,
        media_type="application/problem+json",
    )


# The `responses=` of what `answer` answers.
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "What `If-None-Match` names is what it is"}
}


def answer(request: Request, document: Document) -> Response:
    """A document, or 304 for a program that has it already; browsers and proxies keep nothing of it."""
    headers = {"ETag": document.tag, "Cache-Control": "no-store"}
    if document.is_among(request.headers.get("if-none-match", "")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(document.body, headers=headers, media_type="application/json")


def answer_problems(app: FastAPI) -> None:
    """Make every refusal of the application a problem document."""

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, TalkootError)
        return problem(error)

    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem(_validation(error))

    async def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        answer = problem(_from_status(error.status_code))
        answer.headers.update(error.headers or {})  # such as Allow
        return answer

    async def crashed(_request: Request, _error: Exception) -> Response:
        return problem(TalkootError())  # what it was stands in the log, and nowhere else

    app.add_exception_handler(TalkootError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, crashed)


def _validation(error: RequestValidationError) -> TalkootError:
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return Malformed("The body is not JSON")
    fields = tuple(
        FieldError(".".join(str(part) for part in e["loc"][1:]) or str(e["loc"][0]), e["type"], e["msg"])
        for e in found
    )
    names = ", ".join(dict.fromkeys(f.field for f in fields))
    return Invalid(f"Not acceptable: {names}", fields=fields)


def _from_status(status: int) -> TalkootError:
    error = TalkootError(HTTPStatus(status).phrase, code=HTTPStatus(status).phrase.lower().replace(" ", "_"))
    error.status = status
    error.title = HTTPStatus(status).phrase
    return error


def describe_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Add to an OpenAPI document what all refusals refer to."""
    for model in (Problem, ProblemField):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        document.setdefault("components", {}).setdefault("schemas", {})[model.__name__] = schema
    return document
