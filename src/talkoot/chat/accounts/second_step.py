"""The second step, signing in with a passkey alone, and showing in between that it is still oneself."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING

from talkoot.chat.accounts.actions import vouched_session
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.factors import ceremonies
from talkoot.chat.accounts.factors.actions import use_code, use_passkey
from talkoot.chat.accounts.factors.passkeys import verify_use
from talkoot.chat.accounts.factors.proofs import note_proof
from talkoot.chat.accounts.factors.queries import passkey_with
from talkoot.chat.accounts.factors.waiting import mark_of, step_lost
from talkoot.chat.accounts.queries import has_signed_in_from, user_with_id
from talkoot.chat.accounts.throttle import Attempt
from talkoot.kernel.errors import Forbidden, NotAuthenticated
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.actions import Device, OpenedSession, SecondStep
    from talkoot.chat.accounts.factors.ceremonies import Purpose
    from talkoot.chat.accounts.factors.models import Passkey
    from talkoot.chat.accounts.factors.relying import RelyingParty
    from talkoot.chat.accounts.factors.schemas import PasskeyUse, Proof, SecondStepTaken
    from talkoot.chat.accounts.factors.waiting import Waiting
    from talkoot.chat.accounts.gate import Gate
    from talkoot.kernel.transactions import Tx

log = logging.getLogger("talkoot.accounts")


class Used(Value, frozen=True):
    """A passkey that has signed, and how often it has been used by now, as it says."""

    key: Passkey
    sign_count: int


async def take_second_step(
    gate: Gate, at: RelyingParty | None, waiting: Waiting, given: SecondStepTaken, device: Device
) -> OpenedSession:
    """A session for who waits, and brings a code or a passkey of theirs; NotAuthenticated, RateLimited."""
    attempt = Attempt(gate.kernel.limits, device.address)
    await attempt.from_address()
    async with gate.kernel.uow.read() as read:
        familiar = await has_signed_in_from(read, waiting.user, device.address)
    await attempt.at_second_step(waiting.user, familiar=familiar)
    used = None
    if given.passkey is not None:
        used = await _used(gate, at, given.passkey, "second-step", waiting.user, owner=waiting.user)

    async def action(tx: Tx) -> OpenedSession:
        user = await user_with_id(tx, waiting.user)
        if mark_of(user.password_hash) != waiting.mark:
            raise step_lost()
        actor = Actor(user.id, user.username, NO_SESSION, address=device.address)
        step = await _second(tx, gate, actor, given.code, used)
        return await vouched_session(tx, user.id, "cookie", device, second_step=step, days=gate.session_days)

    try:
        opened = await gate.kernel.uow.run(action, key=waiting.user)
    except NotAuthenticated:
        log.warning("A second step from %s was refused, account %s", device.address, waiting.user)
        raise
    await attempt.was_right()
    log.info("%s took the second step from %s, session %s", opened.user, device.address, opened.session)
    return opened


async def sign_in_with_passkey(
    gate: Gate, at: RelyingParty, given: PasskeyUse, device: Device
) -> OpenedSession:
    """A session for whom a passkey names by itself, both steps in one; NotAuthenticated, RateLimited.

    The device has asked for a finger, a face or a PIN: something that one has, and something that one is.
    """
    attempt = Attempt(gate.kernel.limits, device.address)
    await attempt.from_address()
    used = await _used(gate, at, given, "sign-in", None)

    async def action(tx: Tx) -> OpenedSession:
        await use_passkey(tx, used.key, used.sign_count)
        return await vouched_session(
            tx, used.key.user_id, "cookie", device, second_step="passkey", days=gate.session_days
        )

    opened = await gate.kernel.uow.run(action, key=used.key.user_id)
    await attempt.was_right()
    log.info("%s signed in with a passkey from %s, session %s", opened.user, device.address, opened.session)
    return opened


async def prove(gate: Gate, at: RelyingParty | None, actor: Actor, given: Proof, device: Device) -> None:
    """Note that it is still the actor who sits there; Forbidden if what they give does not hold.

    Who has a second factor gives that: who only stole a password and an open session proves nothing.
    """
    attempt = Attempt(gate.kernel.limits, device.address)
    if given.password is not None:
        await attempt.at_account(str(actor.user), familiar=True)
        await _require_password(gate, actor, given.password)
    else:
        await attempt.at_second_step(actor.user, familiar=True)
    try:
        used = None
        if given.passkey is not None:
            used = await _used(gate, at, given.passkey, "proof", actor.session, owner=actor.user)

        async def action(tx: Tx) -> None:
            if given.password is None:
                await _second(tx, gate, actor, given.code, used)
            await note_proof(tx, actor)

        await gate.kernel.uow.run(action, key=actor.user)
    except NotAuthenticated as refusal:  # they are signed in, and stay so
        raise Forbidden(refusal.detail, code=refusal.code) from None
    await attempt.was_right()


async def _require_password(gate: Gate, actor: Actor, password: str) -> None:
    async with gate.kernel.uow.read() as read:
        user = await user_with_id(read, actor.user)
    if user.second_factor:
        raise Forbidden(
            "Show it with a code or a passkey: your account has a second factor", code="second_factor_asked"
        )
    right, _ = await gate.passwords.verify(password, user.password_hash)
    if not right:
        raise Forbidden("The password is wrong", code="wrong_password")


async def _second(tx: Tx, gate: Gate, actor: Actor, code: str | None, used: Used | None) -> SecondStep:
    if used is not None:
        await use_passkey(tx, used.key, used.sign_count)
        return "passkey"
    return await use_code(tx, gate.kernel.secrets, actor, code or "")


async def _used(
    gate: Gate,
    at: RelyingParty | None,
    given: PasskeyUse,
    purpose: Purpose,
    subject: UUID | None,
    *,
    owner: UUID | None = None,
) -> Used:
    """The passkey that has signed a challenge of ours, once; `owner` is whose it must be, if known."""
    challenge = await ceremonies.finish(gate, given.ceremony, purpose, subject)
    async with gate.kernel.uow.read() as read:
        key = await passkey_with(read, _bytes(given.credential.id))
    handle = given.credential.response.user_handle
    if (
        at is None
        or key is None
        or (owner is not None and key.user_id != owner)
        or (handle is not None and _bytes(handle) != key.user_id.bytes)
    ):
        raise ceremonies.refused()
    return Used(key, verify_use(at, key, given.credential, challenge, alone=owner is None))


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
