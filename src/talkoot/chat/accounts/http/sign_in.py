"""Signing in: tokens for programs (OAuth2), a cookie for the web client."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Form, Response, status
from pydantic import BaseModel, Field

from talkoot.chat.accounts import queries, views
from talkoot.chat.accounts.actions import Device, OpenedSession, close_session, rotate_refresh_token
from talkoot.chat.accounts.authentication import session_that_holds
from talkoot.chat.accounts.cookies import (
    clear_cookie,
    clear_step_cookie,
    cookie_value,
    set_cookie,
    set_step_cookie,
)
from talkoot.chat.accounts.factors.queries import standing_of
from talkoot.chat.accounts.factors.schemas import Code, SecondStepOut
from talkoot.chat.accounts.gate import Gate
from talkoot.chat.accounts.http_auth import (
    ClientDevice,
    EnrollingActor,
    GateDep,
    refuse_foreign_page,
)
from talkoot.chat.accounts.schemas import Credentials, Login, Secret, SignedIn, TokenPair
from talkoot.chat.accounts.sign_in import sign_in_browser, sign_in_program
from talkoot.chat.accounts.throttle import WRONG_TOKEN, count_wrong
from talkoot.kernel.errors import (
    Forbidden,
    Invalid,
    Malformed,
    NotAuthenticated,
    RateLimited,
    TalkootError,
    Unavailable,
    UnsupportedType,
)
from talkoot.kernel.http import make_router, oauth_problem, problems

router = make_router(Malformed, NotAuthenticated, Invalid, RateLimited, tags=["sign-in"])


class TokenRequest(BaseModel):
    """A token request (RFC 6749): with username and password, a refresh token, or an assertion (RFC 7523).

    With a second factor the password needs `code` too, of the app or a recovery code.
    """

    grant_type: str
    username: Login | None = None
    password: Secret | None = None
    code: Code | None = None
    refresh_token: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    assertion: Annotated[str, Field(min_length=1, max_length=8192)] | None = None


@router.post(
    "/auth/token",
    response_model=TokenPair,
    response_model_exclude_none=True,
    responses=problems(Unavailable, Forbidden),
)
async def get_token(
    response: Response, gate: GateDep, device: ClientDevice, form: Annotated[TokenRequest, Form()]
) -> TokenPair | Response:
    """An access token, from a password, a refresh token, or an assertion of a host application.

    A refresh token that is used twice closes its session. An assertion works once, and gets no refresh token.
    """
    response.headers["Cache-Control"] = "no-store"
    try:
        return await _granted(gate, device, form)
    except TalkootError as error:
        return oauth_problem(error)


async def _granted(gate: Gate, device: Device, form: TokenRequest) -> TokenPair:
    if form.grant_type == "password":
        login, password = _given("username", form.username), _given("password", form.password)
        opened = await sign_in_program(gate, login, password, form.code, device)
        return _pair(gate, gate.tokens.access_token(opened.session, opened.user, _now(gate)), opened.secret)
    if form.grant_type == "refresh_token":
        return await _refreshed(gate, _given("refresh_token", form.refresh_token), device.address)
    if (grant := gate.grants.get(form.grant_type)) is not None:
        if form.assertion is None:
            raise Malformed("This grant needs an assertion", code="invalid_request")
        seconds = gate.tokens.access_seconds
        opened = await grant(form.assertion, device, seconds)
        access = gate.tokens.access_token(opened.session, opened.user, _now(gate))
        return TokenPair(access_token=access, expires_in=seconds)
    known = ", ".join(("password", "refresh_token", *gate.grants))
    raise Malformed(f"Known grants are {known}", code="unsupported_grant_type")


@router.post(
    "/auth/login",
    dependencies=[Depends(refuse_foreign_page)],
    responses={
        202: {"model": SecondStepOut, "description": "The second step is missing"},
        **problems(Forbidden, UnsupportedType, Unavailable),
    },
)
async def login(
    response: Response, gate: GateDep, device: ClientDevice, given: Credentials
) -> SignedIn | SecondStepOut:
    """Sign in with a username or email address; the session's cookie comes with the answer.

    With a second factor the answer is 202 and there is no session yet: `POST /auth/second-step` opens it.
    """
    opened = await sign_in_browser(gate, given.username, given.password, device)
    if isinstance(opened, OpenedSession):
        return await signed_in(response, gate, opened)
    async with gate.kernel.uow.read() as read:
        standing = await standing_of(read, opened.user)
    response.status_code = status.HTTP_202_ACCEPTED
    set_step_cookie(response, gate, opened)
    return SecondStepOut(methods=standing.methods)


@router.post("/auth/logout", status_code=204, responses=problems(Forbidden))
async def logout(response: Response, gate: GateDep, actor: EnrollingActor) -> None:
    """End this session: its cookie, its tokens, its sockets."""
    await gate.kernel.uow.run(lambda tx: close_session(tx, actor.user, actor.session), key=actor.user)
    clear_cookie(response, gate)


async def signed_in(response: Response, gate: Gate, opened: OpenedSession) -> SignedIn:
    """The answer to whoever is in now, and the cookie with it."""
    live = await session_that_holds(gate, opened.session, enrolling=True)
    async with gate.kernel.uow.read() as read:
        user = await queries.user_with_id(read, opened.user)
    set_cookie(response, gate, cookie_value(opened.session, opened.secret), opened.expires_at)
    clear_step_cookie(response, gate)
    return SignedIn(user=views.me(user), csrf=gate.tokens.csrf(opened.session), must_enrol=live.must_enrol)


async def _refreshed(gate: Gate, token: str, address: str) -> TokenPair:
    rotated = await gate.kernel.uow.run(lambda tx: rotate_refresh_token(tx, token, days=gate.session_days))
    if rotated is None:
        await count_wrong(gate.kernel.limits, address, WRONG_TOKEN)
        raise NotAuthenticated("The refresh token does not hold", code="invalid_grant")
    await session_that_holds(gate, rotated.session)  # not for who has to set up a second factor first
    access = gate.tokens.access_token(rotated.session, rotated.user, _now(gate))
    return _pair(gate, access, rotated.refresh_token)


def _pair(gate: Gate, access: str, refresh: str) -> TokenPair:
    return TokenPair(access_token=access, expires_in=gate.tokens.access_seconds, refresh_token=refresh)


def _given(name: str, value: str | None) -> str:
    if value is None:
        raise Invalid.field(name, "missing", f"This grant needs {name}")
    return value


def _now(gate: Gate) -> int:
    return gate.kernel.clock.now()
