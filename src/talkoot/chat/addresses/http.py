"""Forgotten passwords, and one's address, over HTTP."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastapi import Depends

from talkoot.chat.accounts.http_auth import (
    ClientAddress,
    ClientDevice,
    CurrentActor,
    GateDep,
    refuse_foreign_page,
)
from talkoot.chat.accounts.passwords import password_from
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.accounts.sign_in import require_fresh_proof, require_password
from talkoot.chat.accounts.throttle import MAIL_TO_ACCOUNT, count_wrong
from talkoot.chat.addresses.actions.addresses import (
    ask_again,
    change_address,
    confirm_address,
    take_address_back,
)
from talkoot.chat.addresses.actions.links import link_refused
from talkoot.chat.addresses.actions.passwords import ask_for_reset, reset_password
from talkoot.chat.addresses.limits import RESET_CLIENT, RESET_LOGIN, WRONG_LINK
from talkoot.chat.addresses.queries import holder_of_link, pending_address
from talkoot.chat.addresses.schemas import (
    AddressOut,
    AddressPatch,
    Confirmed,
    Forgotten,
    Opened,
    Reset,
)
from talkoot.chat.addresses.views import address_out, confirmed
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
from talkoot.kernel.ids import fingerprint, new_token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from talkoot.chat.accounts.gate import Gate
    from talkoot.kernel.transactions import Tx

log = logging.getLogger("talkoot.addresses")

router = make_router(Malformed, Invalid, RateLimited, Unavailable, tags=["addresses"])

_STRANGERS = problems(Forbidden, Conflict, UnsupportedType)
_OWN_PAGE = [Depends(refuse_foreign_page)]


@router.post("/auth/password/forgot", status_code=204, dependencies=_OWN_PAGE, responses=_STRANGERS)
async def forget_password(gate: GateDep, address: ClientAddress, given: Forgotten) -> None:
    """Have a link for a new password mailed to whom this login belongs; the answer is the same for nobody."""
    _require_mail(gate)
    login = given.login.strip().casefold()
    await count_wrong(gate.kernel.limits, address, RESET_CLIENT)
    await gate.kernel.limits.require(fingerprint(login).hex(), RESET_LOGIN)
    await gate.kernel.uow.run(lambda tx: ask_for_reset(tx, login))


@router.post("/auth/password/reset", status_code=204, dependencies=_OWN_PAGE, responses=_STRANGERS)
async def choose_password(gate: GateDep, address: ClientAddress, given: Reset) -> None:
    """Another password, by a link that works once. Ends all sessions and tokens; a second factor stays.

    A letter to the owner names what else opens the account.
    """
    async with gate.kernel.uow.read() as read:
        user = await holder_of_link(read, given.token, "reset", gate.kernel.clock.now())
    if user is None:  # before a password is hashed for it
        await count_wrong(gate.kernel.limits, address, WRONG_LINK)
        raise link_refused()
    names = (user.username, user.display_name, user.email or "")
    hashed = await gate.passwords.hash(password_from(given.password, own=names))
    await gate.kernel.uow.run(lambda tx: reset_password(tx, given.token, hashed), key=user.id)
    log.info("%s chose a new password by a link, from %s", user.id, address)


@router.post("/auth/address/confirm", dependencies=_OWN_PAGE, responses=_STRANGERS)
async def confirm(gate: GateDep, address: ClientAddress, given: Opened) -> Confirmed:
    """The mail reached its reader: the address is verified, or takes the place of the old one."""

    async def action(tx: Tx) -> Confirmed:
        return confirmed(await confirm_address(tx, given.token))

    return await _open(gate, address, action)


@router.post("/auth/address/undo", dependencies=_OWN_PAGE, responses=_STRANGERS)
async def undo(gate: GateDep, address: ClientAddress, given: Opened) -> Confirmed:
    """The old address takes its place again: everybody is signed out, and a link for a password is mailed.

    Tokens, recovery codes and the password end, and whatever was added to open the account since the change
    was asked for is taken away.
    """
    async with gate.kernel.uow.read() as read:
        holder = await holder_of_link(read, given.token, "undo", gate.kernel.clock.now())
    unknown = await gate.passwords.hash(new_token()) if holder is not None else ""

    async def action(tx: Tx) -> Confirmed:
        return confirmed(await take_address_back(tx, given.token, unknown, address))

    return await _open(gate, address, action)


@router.get("/users/me/address", responses=problems(NotAuthenticated))
async def get_address(gate: GateDep, actor: CurrentActor) -> AddressOut:
    """One's address, and the one that is still to be confirmed."""
    async with gate.kernel.uow.read() as read:
        user = await user_with_id(read, actor.user)
        pending = await pending_address(read, actor.user, gate.kernel.clock.now())
    return address_out(user, pending)


@router.put("/users/me/address", responses=problems(NotAuthenticated, Forbidden, Conflict))
async def put_address(
    gate: GateDep, actor: CurrentActor, device: ClientDevice, wanted: AddressPatch
) -> AddressOut:
    """Have another address once a link that is mailed there was opened; the old one can take it back.

    403, `proof_required`, with a second factor, or without a password, if one did not show lately that it is
    oneself: `POST /users/me/proof`.
    """
    _require_mail(gate)
    if wanted.email is None and gate.kernel.settings.verified_address == "required":
        raise Invalid.field("email", "missing", "An account here needs an address")
    async with gate.kernel.uow.read() as read:
        user = await user_with_id(read, actor.user)
    if user.password_hash is None or user.second_factor:
        await require_fresh_proof(gate, actor)
    if user.password_hash is not None:
        if wanted.current_password is None:
            raise Invalid.field("current_password", "missing", "Another address needs the current password")
        await require_password(gate, user, wanted.current_password, device)
    await gate.kernel.limits.require(str(actor.user), MAIL_TO_ACCOUNT)
    await gate.kernel.uow.run(lambda tx: change_address(tx, actor, wanted.email), key=actor.user)
    return await get_address(gate, actor)


@router.post(
    "/users/me/address/link", status_code=204, responses=problems(NotAuthenticated, Forbidden, Conflict)
)
async def mail_again(gate: GateDep, actor: CurrentActor) -> None:
    """Have the link that confirms one's address mailed once more; the one before does nothing any more."""
    _require_mail(gate)
    await gate.kernel.limits.require(str(actor.user), MAIL_TO_ACCOUNT)
    await gate.kernel.uow.run(lambda tx: ask_again(tx, actor), key=actor.user)


async def _open(gate: Gate, address: str, action: Callable[[Tx], Awaitable[Confirmed]]) -> Confirmed:
    try:
        return await gate.kernel.uow.run(action)
    except Forbidden:
        await count_wrong(gate.kernel.limits, address, WRONG_LINK)
        raise


def _require_mail(gate: Gate) -> None:
    if not gate.kernel.settings.mails:
        raise Conflict("This server sends no mail: ask whoever runs it", code="mail_off")
