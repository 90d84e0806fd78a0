"""One's own second factor: the authenticator app, the recovery codes, and the proof that changes need."""

from __future__ import annotations

from fastapi import Request

from talkoot.chat.accounts.factors import ceremonies
from talkoot.chat.accounts.factors.actions import remove_app, renew_recovery_codes, set_app
from talkoot.chat.accounts.factors.enrolling import begin_app, read_enrolment
from talkoot.chat.accounts.factors.passkeys import options_to_use
from talkoot.chat.accounts.factors.queries import has_proved, is_obliged, passkeys_of, standing_of
from talkoot.chat.accounts.factors.relying import find_relying_party, relying_party
from talkoot.chat.accounts.factors.schemas import (
    AppConfirmed,
    AppStarted,
    FactorAdded,
    PasskeyStarted,
    Proof,
    RecoveryCodes,
    SecondFactor,
)
from talkoot.chat.accounts.http_auth import ClientDevice, EnrollingActor, GateDep
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.accounts.second_step import prove
from talkoot.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    Unavailable,
)
from talkoot.kernel.http import make_router, problems
from talkoot.kernel.transactions import Tx

router = make_router(Malformed, NotAuthenticated, Invalid, RateLimited, Unavailable, tags=["second factor"])
_CHANGES = problems(Forbidden, Conflict)


@router.get("/users/me/second-factor")
async def get_second_factor(gate: GateDep, actor: EnrollingActor) -> SecondFactor:
    """What one has for the second step of signing in."""
    async with gate.kernel.uow.read() as read:
        standing = await standing_of(read, actor.user)
        return SecondFactor(
            app=standing.app,
            passkeys=standing.passkeys,
            recovery_codes=standing.recovery_codes,
            required=await is_obliged(read, actor.user, gate.obliged),
            password=(await user_with_id(read, actor.user)).password_hash is not None,
            proved=await has_proved(read, actor.session, gate.kernel.clock.now()),
        )


@router.post("/users/me/proof", status_code=204, responses=_CHANGES)
async def give_proof(
    request: Request, gate: GateDep, actor: EnrollingActor, device: ClientDevice, given: Proof
) -> None:
    """Show that it is oneself who sits there; for ten minutes what needs a proof is open then."""
    at = find_relying_party(gate.kernel.settings, request.headers.get("host", ""))
    await prove(gate, at, actor, given, device)


@router.post("/users/me/proof/passkey", responses=_CHANGES)
async def start_proof(request: Request, gate: GateDep, actor: EnrollingActor) -> PasskeyStarted:
    """What the browser asks one of one's passkeys to sign, for a proof."""
    at = relying_party(gate.kernel.settings, request.headers.get("host", ""))
    async with gate.kernel.uow.read() as read:
        known = await passkeys_of(read, actor.user)
    begun = await ceremonies.begin(gate, "proof", actor.session)
    return PasskeyStarted(
        ceremony=begun.token, options=options_to_use(at, known, begun.challenge, alone=False)
    )


@router.post("/users/me/second-factor/app", responses=_CHANGES)
async def start_app(gate: GateDep, actor: EnrollingActor) -> AppStarted:
    """A secret for an authenticator app, shown this once; nothing changes before its first code came."""
    return begin_app(gate, actor)


@router.put("/users/me/second-factor/app", responses=_CHANGES)
async def confirm_app(gate: GateDep, actor: EnrollingActor, given: AppConfirmed) -> FactorAdded:
    """From now on the app's codes are asked for; one that was there before makes none any more."""
    secret = read_enrolment(gate, actor, given.enrolment)

    async def action(tx: Tx) -> list[str] | None:
        return await set_app(tx, gate.kernel.secrets, actor, secret, given.code)

    return FactorAdded(recovery_codes=await gate.kernel.uow.run(action, key=actor.user))


@router.delete(
    "/users/me/second-factor/app", status_code=204, responses=problems(Forbidden, Conflict, NotFound)
)
async def forget_app(gate: GateDep, actor: EnrollingActor) -> None:
    """The app opens the account no longer, and whoever is signed in elsewhere is signed out."""
    await gate.kernel.uow.run(lambda tx: remove_app(tx, actor, gate.obliged), key=actor.user)


@router.post("/users/me/second-factor/recovery-codes", responses=_CHANGES)
async def make_recovery_codes(gate: GateDep, actor: EnrollingActor) -> RecoveryCodes:
    """Ten new recovery codes, shown this once; the old ones hold no longer."""
    codes = await gate.kernel.uow.run(lambda tx: renew_recovery_codes(tx, actor), key=actor.user)
    return RecoveryCodes(codes=codes)
