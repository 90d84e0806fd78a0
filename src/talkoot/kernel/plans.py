"""How an endpoint gets what its signature asks for: worked out once, where FastAPI does it in each request.

A plan takes what FastAPI has read from the signature and calls the same dependencies, with the same fields
and the same errors. What needs more than that (a body, a form, headers, threads) is left to FastAPI.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, get_args, get_origin

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi.dependencies.models import Dependant
    from starlette.requests import Request

_UNPLANNED = ("header_params", "cookie_params", "body_params")
_UNPLANNED_NAMES = (
    "websocket_param_name",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
)


class _Field:
    def __init__(self, where: str, field: Any) -> None:
        self.name, self.alias, self.loc = field.name, field.alias, (where, field.alias)
        self.required = field.field_info.is_required()
        self.default = field.default
        self.validate = field.validate

    def read(self, given: Any, values: dict[str, Any]) -> Iterable[Any]:
        """Take the value over; what is wrong with it."""
        raw = given.get(self.alias)
        if raw is not None:
            values[self.name], errors = self.validate(raw, loc=self.loc)
            return errors  # type: ignore[no-any-return]
        if self.required:
            return [{"type": "missing", "loc": self.loc, "msg": "Field required", "input": None}]
        values[self.name] = self.default
        return ()


class Plan:
    """Calls one endpoint, or one dependency; each dependency is called once for a request."""

    def __init__(self, dependant: Dependant) -> None:
        self._call: Callable[..., Any] = dependant.call  # type: ignore[assignment]
        self._request = dependant.request_param_name or dependant.http_connection_param_name
        self._parts = [(part.name, part.call, Plan(part)) for part in dependant.dependencies]
        self._path = [_Field("path", field) for field in dependant.path_params]
        self._query = [_Field("query", field) for field in dependant.query_params]

    async def __call__(self, request: Request, known: dict[Any, Any]) -> Any:
        """What the endpoint returns; `known` holds what dependencies have returned."""
        values: dict[str, Any] = {}
        for name, call, part in self._parts:
            if call not in known:
                known[call] = await part(request, known)
            if name is not None:
                values[name] = known[call]
        if self._request is not None:
            values[self._request] = request
        if self._path or self._query:
            self._read(request, values)
        return await self._call(**values)

    def _read(self, request: Request, values: dict[str, Any]) -> None:
        path, query = request.path_params, request.query_params if self._query else ()
        errors = [error for field in self._path for error in field.read(path, values)]
        errors += [error for field in self._query for error in field.read(query, values)]
        if errors:
            raise RequestValidationError(errors)


def can_be_planned(dependant: Dependant) -> bool:
    """Whether a plan does all that FastAPI would do for this endpoint."""
    call: Any = dependant.call
    return (
        (iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__))
        and not any(getattr(dependant, kind) for kind in _UNPLANNED)
        and all(getattr(dependant, name) is None for name in _UNPLANNED_NAMES)
        and all(_is_plain(field.field_info.annotation) for field in dependant.query_params)
        and all(map(can_be_planned, dependant.dependencies))
    )


def _is_plain(annotation: Any) -> bool:
    """Neither a list, which takes several values, nor a model, which takes several names."""
    kind = get_origin(annotation) or annotation
    several = isinstance(kind, type) and issubclass(kind, (BaseModel, Collection))
    text = isinstance(kind, type) and issubclass(kind, (str, bytes))
    return (text or not several) and all(map(_is_plain, get_args(annotation)))
