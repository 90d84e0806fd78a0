"""Who sends a request: the dependencies through which every route of the API learns it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, OAuth2PasswordBearer
from msgspec.structs import replace

from talkoot.chat.accounts.actions import Device
from talkoot.chat.accounts.actors import NO_SESSION, NOBODY, Actor
from talkoot.chat.accounts.authentication import Admission, admit_bearer, admit_cookie
from talkoot.chat.accounts.cookies import cookie_name
from talkoot.chat.accounts.gate import Gate
from talkoot.chat.accounts.origins import is_own_origin
from talkoot.chat.accounts.sign_in import require_fresh_proof
from talkoot.chat.accounts.throttle import ANONYMOUS
from talkoot.kernel.addresses import client_address, limited_as
from talkoot.kernel.errors import Forbidden, Malformed, NotAuthenticated, UnsupportedType
from talkoot.kernel.http import API
from talkoot.kernel.http_limits import USER

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})  # and not another one under the same domain
_SECRETS = frozenset({"access_token", "refresh_token", "token", "ticket"})
_AGENT_SHOWN = 200

# These two only describe to OpenAPI what `optional_admission` does.
_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", scheme_name="bearer", auto_error=False)
_cookie = APIKeyCookie(name="talkoot", scheme_name="cookie", auto_error=False)


async def gate_of(request: Request) -> Gate:
    """The running gate."""
    gate: Gate = request.state.gate
    return gate


GateDep = Annotated[Gate, Depends(gate_of)]


def address_of(request: Request) -> str:
    """The address of the client, seen through the proxies that are trusted."""
    return client_address(request.scope, request.state.kernel.settings.trusted_proxies)


async def _address_of(request: Request) -> str:
    return address_of(request)


async def device_of(request: Request) -> Device:
    """Where a sign-in comes from."""
    agent = "".join(c for c in request.headers.get("user-agent", "") if c.isprintable())
    return Device(address_of(request), agent[:_AGENT_SHOWN])


ClientAddress = Annotated[str, Depends(_address_of)]
ClientDevice = Annotated[Device, Depends(device_of)]


async def optional_admission(
    request: Request,
    gate: GateDep,
    _bearer_described: Annotated[str | None, Security(_bearer)],
    _cookie_described: Annotated[str | None, Security(_cookie)],
) -> Admission | None:
    """Who sends the request, or None for nobody; credentials that do not hold are refused, not ignored."""
    return await _admission(request, gate, enrolling=False)


async def _admission(request: Request, gate: Gate, *, enrolling: bool) -> Admission | None:
    if _SECRETS & request.query_params.keys():
        raise Malformed("A secret in an address ends up in logs: send it in the Authorization header")
    admission = await _admitted(request, gate, enrolling=enrolling)
    if admission is not None:
        gate.kernel.rates.require(USER, admission.actor.user)
        if _way(request) in gate.proved:
            await require_fresh_proof(gate, admission.actor)
    return admission


async def _admitted(request: Request, gate: Gate, *, enrolling: bool) -> Admission | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        admission = await admit_bearer(gate, token.strip(), address_of(request), enrolling=enrolling)
        _refuse_beyond(request, gate, admission)
        return admission
    cookie = request.cookies.get(cookie_name(gate))
    if not cookie:
        return None
    admission = await admit_cookie(gate, cookie, enrolling=enrolling)
    if request.method not in _SAFE:
        _refuse_forgery(request, gate, admission)
    return admission


OptionalAdmission = Annotated[Admission | None, Depends(optional_admission)]


async def current_admission(admission: OptionalAdmission) -> Admission:
    """Who sends the request; NotAuthenticated for nobody."""
    if admission is None:
        raise NotAuthenticated
    return admission


CurrentAdmission = Annotated[Admission, Depends(current_admission)]


async def current_actor(admission: CurrentAdmission, request: Request) -> Actor:
    """The one who acts, and from where."""
    return replace(admission.actor, address=address_of(request))


CurrentActor = Annotated[Actor, Depends(current_actor)]


async def current_reader(admission: OptionalAdmission, request: Request, gate: GateDep) -> Actor:
    """Who reads what everyone may, without an account too, if this server lets anonymous readers in."""
    address = address_of(request)
    if admission is not None:
        return replace(admission.actor, address=address)
    if gate.kernel.settings.anonymous_readers == "off":
        raise NotAuthenticated
    await gate.kernel.limits.require(limited_as(address), ANONYMOUS)
    return Actor(NOBODY, "", NO_SESSION, address=address)


CurrentReader = Annotated[Actor, Depends(current_reader)]


async def enrolling_actor(
    request: Request,
    gate: GateDep,
    _bearer_described: Annotated[str | None, Security(_bearer)],
    _cookie_described: Annotated[str | None, Security(_cookie)],
) -> Actor:
    """The one who acts, also while they have to set up a second factor before anything else."""
    admission = await _admission(request, gate, enrolling=True)
    if admission is None:
        raise NotAuthenticated
    return replace(admission.actor, address=address_of(request))


EnrollingActor = Annotated[Actor, Depends(enrolling_actor)]


async def refuse_foreign_page(request: Request, gate: GateDep) -> None:
    """For what makes a session: no page of another site, and JSON, which a plain form can not send."""
    _refuse_foreign_origin(request, gate)
    if _has_body(request) and not _is_json(request):
        raise UnsupportedType("The body must be application/json")


def _refuse_beyond(request: Request, gate: Gate, admission: Admission) -> None:
    """Forbidden for what the token is not good for, whatever its owner may do."""
    limits = admission.actor.limits
    way = _way(request)
    if admission.by == "granted" and way in gate.lasting:
        raise Forbidden(
            "Your account is opened by the application that signed you in, and by nothing else",
            code="application_session",
        )
    if limits is not None and way not in gate.ways(limits):
        raise Forbidden(
            "This token is not good for this: its scopes are " + " ".join(sorted(limits.scopes)),
            code="insufficient_scope",
        )


def _way(request: Request) -> str:
    """How the table of operations calls what is asked for."""
    path = getattr(request.scope.get("route"), "path", "")
    return f"{request.method} {path.removeprefix(API)}"


def _refuse_forgery(request: Request, gate: Gate, admission: Admission) -> None:
    _refuse_foreign_origin(request, gate)
    if not gate.tokens.is_csrf(admission.actor.session, request.headers.get("x-csrf-token", "")):
        raise Forbidden("The header X-CSRF-Token is missing or wrong", code="csrf")
    if _has_body(request) and not (_is_json(request) or _way(request) in gate.forms):
        raise Forbidden("With a cookie, only application/json is taken", code="csrf")


def _refuse_foreign_origin(request: Request, gate: Gate) -> None:
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    if origin is None:
        own = request.headers.get("sec-fetch-site", "none") in _OWN_SITE
    else:
        own = is_own_origin(gate.kernel.settings, origin.lower(), host)
    if not own:
        raise Forbidden(
            "A page of another site may not do this (if it is this server's own: set TALKOOT_PUBLIC_URL)",
            code="foreign_origin",
        )


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
