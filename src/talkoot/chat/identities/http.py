"""Signing in with a provider over HTTP, and the identities of one's account."""

from __future__ import annotations

import logging
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Form, Query, Request, Response
from pydantic import BaseModel, Field

from talkoot.chat.accounts.authentication import Admission
from talkoot.chat.accounts.cookies import cookie_name, cookie_value, set_cookie
from talkoot.chat.accounts.http_auth import (
    ClientAddress,
    ClientDevice,
    CurrentActor,
    CurrentAdmission,
    GateDep,
    refuse_foreign_page,
)
from talkoot.chat.accounts.throttle import SIGN_IN_ADDRESS, WRONG_TOKEN, count_wrong
from talkoot.chat.identities import queries
from talkoot.chat.identities.actions import unlink_identity
from talkoot.chat.identities.claims import SignInRefused
from talkoot.chat.identities.coming_in import Callback, begin, finish, sign_out_elsewhere
from talkoot.chat.identities.desk import Desk
from talkoot.chat.identities.flows import LASTS
from talkoot.chat.identities.schemas import (
    IdentityOut,
    LinkStart,
    ProviderId,
    ProviderOut,
    SignInStart,
    SignInStarted,
)
from talkoot.kernel.clock import SECOND, rfc3339
from talkoot.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    TalkootError,
    Unavailable,
    UnsupportedType,
)
from talkoot.kernel.http import make_router, problems
from talkoot.kernel.paging import Page

log = logging.getLogger("talkoot.identities")

router = make_router(Malformed, NotFound, Invalid, RateLimited, Unavailable, tags=["identities"])


async def _desk_of(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk


DeskDep = Annotated[Desk, Depends(_desk_of)]


class Brought(BaseModel):
    """What a provider lets a browser bring back (RFC 6749, RFC 9207)."""

    state: Annotated[str, Field(max_length=200)] = ""
    code: Annotated[str, Field(max_length=4096)] = ""
    error: Annotated[str, Field(max_length=200)] = ""
    iss: Annotated[str, Field(max_length=500)] | None = None


class LogoutForm(BaseModel):
    """What a provider sends to sign somebody out (OpenID Connect Back-Channel Logout)."""

    logout_token: Annotated[str, Field(min_length=1, max_length=16_384)]


@router.get("/auth/providers")
async def list_providers(desk: DeskDep) -> Page[ProviderOut]:
    """Whom people may sign in with here."""
    found = desk.providers.values()
    return Page(items=[ProviderOut(id=one.id, name=one.name, kind=one.kind) for one in found])


@router.post(
    "/auth/providers/{provider}/start",
    dependencies=[Depends(refuse_foreign_page)],
    responses=problems(Forbidden, UnsupportedType, NotAuthenticated),
)
async def start_sign_in(
    request: Request,
    response: Response,
    desk: DeskDep,
    gate: GateDep,
    address: ClientAddress,
    provider: ProviderId,
    start: SignInStart,
) -> SignInStarted:
    """Begin to sign in: the browser keeps a cookie for ten minutes, and goes to the page that is answered."""
    await count_wrong(gate.kernel.limits, address, SIGN_IN_ADDRESS)
    return await _begin(request, response, desk, gate, provider, start.return_to, None)


@router.get("/auth/providers/{provider}/callback", status_code=303, response_class=Response)
async def come_back(
    request: Request,
    desk: DeskDep,
    gate: GateDep,
    device: ClientDevice,
    provider: ProviderId,
    brought: Annotated[Brought, Query()],
) -> Response:
    """Where a provider sends the browser back to: signs in, and goes on to the web client.

    It also goes there when it refuses; `sign_in` in the address says why then.
    """
    back = Callback(
        provider=provider,
        state=brought.state,
        code=brought.code,
        error=brought.error,
        iss=brought.iss,
        flow_cookie=request.cookies.get(_flow_cookie(desk), ""),
        session_cookie=request.cookies.get(cookie_name(gate), ""),
        redirect_uri=_redirect_uri(request, desk, provider),
    )
    try:
        flow, opened = await finish(desk, gate, back, device)
    except TalkootError as error:
        log.warning("A sign-in with %s from %s was refused: %s", provider, device.address, error.detail)
        if isinstance(error, SignInRefused):
            await count_wrong(gate.kernel.limits, device.address, WRONG_TOKEN)
        return _gone_on(desk, "/", error.code)
    answer = _gone_on(desk, flow.return_to, "" if opened else "linked")
    if opened is not None:
        set_cookie(answer, gate, cookie_value(opened.session, opened.secret), opened.expires_at)
    return answer


@router.post("/auth/providers/{provider}/logout", responses=problems(NotAuthenticated))
async def sign_out(
    desk: DeskDep,
    gate: GateDep,
    address: ClientAddress,
    provider: ProviderId,
    form: Annotated[LogoutForm, Form()],
) -> None:
    """Back-channel logout: closes the sessions that the logout token names, their sockets included."""
    try:
        await sign_out_elsewhere(desk, gate, provider, form.logout_token)
    except SignInRefused as error:
        await count_wrong(gate.kernel.limits, address, WRONG_TOKEN)
        log.warning("A logout of %s was refused: %s", provider, error.detail)
        raise Malformed("The logout token does not hold", code="invalid_request") from None


@router.get("/users/me/identities", responses=problems(NotAuthenticated))
async def list_identities(desk: DeskDep, gate: GateDep, actor: CurrentActor) -> Page[IdentityOut]:
    """What else opens one's account."""
    async with gate.kernel.uow.read() as read:
        found = await queries.identities_of(read, actor.user)
    names = {one.id: one.name for one in desk.providers.values()}
    return Page(
        items=[
            IdentityOut(
                id=one.id,
                provider=one.provider,
                provider_name=names.get(one.provider, one.provider),
                label=one.label,
                created_at=rfc3339(one.created_at),
                last_used_at=rfc3339(one.last_used_at),
            )
            for one in found
        ]
    )


@router.post("/users/me/identities", responses=problems(NotAuthenticated, Forbidden))
async def start_link(
    request: Request,
    response: Response,
    desk: DeskDep,
    gate: GateDep,
    admission: CurrentAdmission,
    start: LinkStart,
) -> SignInStarted:
    """Begin to link one's account to an identity; only in the browser session that stays signed in.

    403, `proof_required`, if one did not show lately that it is oneself: `POST /users/me/proof`.
    """
    _require_browser(admission)
    return await _begin(request, response, desk, gate, start.provider, "/", admission.actor.session)


@router.delete(
    "/users/me/identities/{identity}",
    status_code=204,
    responses=problems(NotAuthenticated, Forbidden, Conflict),
)
async def unlink(gate: GateDep, actor: CurrentActor, identity: UUID) -> None:
    """This identity opens one's account no longer; 409 when nothing else would."""
    await gate.kernel.uow.run(lambda tx: unlink_identity(tx, actor, identity), key=actor.user)


async def _begin(
    request: Request,
    response: Response,
    desk: Desk,
    gate: GateDep,
    provider: str,
    return_to: str,
    session: UUID | None,
) -> SignInStarted:
    url, flow = await begin(
        desk,
        provider,
        mark=await gate.tickets.mark(),
        redirect_uri=_redirect_uri(request, desk, provider),
        return_to=return_to,
        session=session,
    )
    _keep(response, desk, flow.cookie(desk.kernel.secrets), LASTS // SECOND)
    return SignInStarted(url=url)


def _require_browser(admission: Admission) -> None:
    if admission.by != "cookie":
        raise Forbidden("Identities are linked in a browser", code="browser_only")


def _redirect_uri(request: Request, desk: Desk, provider: str) -> str:
    base = desk.kernel.settings.public_url or str(request.base_url).rstrip("/")
    return f"{base}/api/v1/auth/providers/{provider}/callback"


def _gone_on(desk: Desk, path: str, said: str) -> Response:
    """To a page of the client, without the cookie of the sign-in that came to its end."""
    query = f"?{urlencode({'sign_in': said})}" if said else ""
    answer = Response(status_code=303, headers={"Location": path + query, "Cache-Control": "no-store"})
    _keep(answer, desk, "", 0)
    return answer


def _flow_cookie(desk: Desk) -> str:
    return "__Host-talkoot-sign-in" if desk.kernel.settings.secure else "talkoot-sign-in"


def _keep(response: Response, desk: Desk, value: str, seconds: int) -> None:
    response.set_cookie(
        _flow_cookie(desk),
        value,
        max_age=seconds,
        path="/",
        secure=desk.kernel.settings.secure,
        httponly=True,
        samesite="lax",
    )
