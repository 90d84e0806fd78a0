"""The second step, and signing in with a passkey alone."""

from __future__ import annotations

from fastapi import Depends, Request, Response

from talkoot.chat.accounts.cookies import clear_step_cookie, waiting_in
from talkoot.chat.accounts.factors import ceremonies
from talkoot.chat.accounts.factors.passkeys import options_to_use
from talkoot.chat.accounts.factors.queries import passkeys_of
from talkoot.chat.accounts.factors.relying import find_relying_party, relying_party
from talkoot.chat.accounts.factors.schemas import PasskeyStarted, PasskeyUse, SecondStepTaken
from talkoot.chat.accounts.factors.waiting import Waiting, step_lost
from talkoot.chat.accounts.gate import Gate
from talkoot.chat.accounts.http.sign_in import signed_in
from talkoot.chat.accounts.http_auth import ClientAddress, ClientDevice, GateDep, refuse_foreign_page
from talkoot.chat.accounts.schemas import SignedIn
from talkoot.chat.accounts.second_step import sign_in_with_passkey, take_second_step
from talkoot.chat.accounts.throttle import SIGN_IN_ADDRESS, count_wrong
from talkoot.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotAuthenticated,
    RateLimited,
    Unavailable,
    UnsupportedType,
)
from talkoot.kernel.http import make_router, problems

router = make_router(Malformed, NotAuthenticated, Invalid, RateLimited, tags=["sign-in"])
_REFUSALS = problems(Forbidden, UnsupportedType, Unavailable, Conflict)
_OWN_PAGES = [Depends(refuse_foreign_page)]


@router.post("/auth/second-step", dependencies=_OWN_PAGES, responses=_REFUSALS)
async def take_step(
    request: Request, response: Response, gate: GateDep, device: ClientDevice, given: SecondStepTaken
) -> SignedIn:
    """Finish what `POST /auth/login` answered 202 to, with a code or a passkey; sets the cookie."""
    at = find_relying_party(gate.kernel.settings, request.headers.get("host", ""))
    return await signed_in(
        response, gate, await take_second_step(gate, at, _waiting(request, gate), given, device)
    )


@router.delete("/auth/second-step", status_code=204, dependencies=_OWN_PAGES, responses=_REFUSALS)
async def give_up_step(response: Response, gate: GateDep) -> None:
    """Begin again: the browser forgets that the first step was right."""
    clear_step_cookie(response, gate)


@router.post("/auth/second-step/passkey", dependencies=_OWN_PAGES, responses=_REFUSALS)
async def start_step_with_passkey(request: Request, gate: GateDep) -> PasskeyStarted:
    """What the browser asks one of the person's passkeys to sign, as the second step."""
    at = relying_party(gate.kernel.settings, request.headers.get("host", ""))
    waiting = _waiting(request, gate)
    async with gate.kernel.uow.read() as read:
        known = await passkeys_of(read, waiting.user)
    begun = await ceremonies.begin(gate, "second-step", waiting.user)
    return PasskeyStarted(
        ceremony=begun.token, options=options_to_use(at, known, begun.challenge, alone=False)
    )


@router.post("/auth/passkey/start", dependencies=_OWN_PAGES, responses=_REFUSALS)
async def start_passkey(request: Request, gate: GateDep, address: ClientAddress) -> PasskeyStarted:
    """What the browser asks a passkey of whoever sits there to sign: no username is needed."""
    at = relying_party(gate.kernel.settings, request.headers.get("host", ""))
    await count_wrong(gate.kernel.limits, address, SIGN_IN_ADDRESS)
    begun = await ceremonies.begin(gate, "sign-in")
    return PasskeyStarted(ceremony=begun.token, options=options_to_use(at, (), begun.challenge, alone=True))


@router.post("/auth/passkey", dependencies=_OWN_PAGES, responses=_REFUSALS)
async def use_passkey(
    request: Request, response: Response, gate: GateDep, device: ClientDevice, given: PasskeyUse
) -> SignedIn:
    """Sign in with a passkey, which is both steps in one; the session's cookie comes with the answer."""
    at = relying_party(gate.kernel.settings, request.headers.get("host", ""))
    return await signed_in(response, gate, await sign_in_with_passkey(gate, at, given, device))


def _waiting(request: Request, gate: Gate) -> Waiting:
    waiting = waiting_in(request, gate)
    if waiting is None:
        raise step_lost()
    return waiting
