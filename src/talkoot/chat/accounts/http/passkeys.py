"""One's own passkeys."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request

from talkoot.chat.accounts import queries
from talkoot.chat.accounts.factors import ceremonies
from talkoot.chat.accounts.factors.actions import (
    add_passkey,
    remove_passkey,
    rename_passkey,
)
from talkoot.chat.accounts.factors.passkeys import options_to_add, verify_new
from talkoot.chat.accounts.factors.queries import passkeys_of
from talkoot.chat.accounts.factors.relying import relying_party
from talkoot.chat.accounts.factors.schemas import (
    NewPasskey,
    PasskeyAdded,
    PasskeyChanges,
    PasskeyOut,
    PasskeyStarted,
)
from talkoot.chat.accounts.factors.views import passkey_out
from talkoot.chat.accounts.http_auth import EnrollingActor, GateDep
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
from talkoot.kernel.paging import Page

router = make_router(Malformed, NotAuthenticated, Invalid, RateLimited, Unavailable, tags=["second factor"])


@router.get("/users/me/passkeys")
async def list_passkeys(gate: GateDep, actor: EnrollingActor) -> Page[PasskeyOut]:
    """One's passkeys, oldest first."""
    async with gate.kernel.uow.read() as read:
        return Page(items=[passkey_out(one) for one in await passkeys_of(read, actor.user)])


@router.post("/users/me/passkeys/start", responses=problems(Forbidden, Conflict))
async def start_adding(request: Request, gate: GateDep, actor: EnrollingActor) -> PasskeyStarted:
    """What the browser asks a device to make."""
    at = relying_party(gate.kernel.settings, request.headers.get("host", ""))
    async with gate.kernel.uow.read() as read:
        user = await queries.user_with_id(read, actor.user)
        known = await passkeys_of(read, actor.user)
    begun = await ceremonies.begin(gate, "add", actor.session)
    return PasskeyStarted(ceremony=begun.token, options=options_to_add(at, user, known, begun.challenge))


@router.post("/users/me/passkeys", status_code=201, responses=problems(Forbidden, Conflict))
async def add(request: Request, gate: GateDep, actor: EnrollingActor, given: NewPasskey) -> PasskeyAdded:
    """Keep the passkey that the device made."""
    at = relying_party(gate.kernel.settings, request.headers.get("host", ""))
    try:
        challenge = await ceremonies.finish(gate, given.ceremony, "add", actor.session)
        key = verify_new(at, given.credential, challenge)
    except NotAuthenticated as refusal:  # they are signed in, and stay so
        raise Forbidden(refusal.detail, code=refusal.code) from None
    passkey, codes = await gate.kernel.uow.run(
        lambda tx: add_passkey(tx, actor, key, given.name), key=actor.user
    )
    return PasskeyAdded(passkey=passkey_out(passkey), recovery_codes=codes)


@router.patch("/users/me/passkeys/{passkey}", responses=problems(Forbidden, NotFound))
async def rename(gate: GateDep, actor: EnrollingActor, passkey: UUID, changes: PasskeyChanges) -> PasskeyOut:
    """Call a passkey otherwise."""
    return passkey_out(
        await gate.kernel.uow.run(lambda tx: rename_passkey(tx, actor, passkey, changes.name), key=actor.user)
    )


@router.delete(
    "/users/me/passkeys/{passkey}", status_code=204, responses=problems(Forbidden, NotFound, Conflict)
)
async def remove(gate: GateDep, actor: EnrollingActor, passkey: UUID) -> None:
    """A passkey opens the account no longer, and whoever is signed in elsewhere is signed out."""
    await gate.kernel.uow.run(lambda tx: remove_passkey(tx, actor, passkey, gate.obliged), key=actor.user)
