"""Passwords at the gate: slow on purpose, and equally slow for those who do not exist."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from talkoot.chat.accounts.actions import NewHash, open_session, second_step_missing
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.authentication import EnrolFirst
from talkoot.chat.accounts.events import AddressGiven
from talkoot.chat.accounts.factors.actions import use_code
from talkoot.chat.accounts.factors.proofs import require_proof
from talkoot.chat.accounts.factors.queries import is_obliged
from talkoot.chat.accounts.factors.waiting import waiting_for
from talkoot.chat.accounts.names import username_key
from talkoot.chat.accounts.passwords import password_from
from talkoot.chat.accounts.queries import find_user_by_login, has_signed_in_from, user_with_id
from talkoot.chat.accounts.throttle import MAIL_TO_ACCOUNT, Attempt
from talkoot.kernel.errors import FieldError, Forbidden, Invalid, NotAuthenticated
from talkoot.kernel.ids import fingerprint
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from typing import Literal

    from talkoot.chat.accounts.actions import Device, OpenedSession
    from talkoot.chat.accounts.factors.waiting import Waiting
    from talkoot.chat.accounts.gate import Gate
    from talkoot.chat.accounts.models import User
    from talkoot.chat.accounts.schemas import ProfileChanges
    from talkoot.kernel.transactions import Tx

log = logging.getLogger("talkoot.accounts")


class Known(Value, frozen=True):
    """Whose password was right, and a stronger hash of it to store instead, if there is one."""

    user: User
    better: str | None
    familiar: bool


async def sign_in_browser(gate: Gate, login: str, password: str, device: Device) -> OpenedSession | Waiting:
    """A new session for whoever knows the password of this username or email address.

    Or, with a second factor, only that they wait for the second step. Raises as `_known` does.
    """
    known = await _known(gate, login, password, device)
    if known.user.second_factor:
        return waiting_for(known.user.id, known.user.password_hash, gate.kernel.clock.now())
    return await _opened(gate, known, "cookie", device)


async def sign_in_program(
    gate: Gate, login: str, password: str, code: str | None, device: Device
) -> OpenedSession:
    """The same in one request, so with the code of the second factor where there is one.

    Forbidden for whom the server asks for a second factor that they do not have.
    """
    known = await _known(gate, login, password, device)
    if not known.user.second_factor:
        async with gate.kernel.uow.read() as read:
            if await is_obliged(read, known.user.id, gate.obliged):
                raise EnrolFirst
        return await _opened(gate, known, "token", device)
    if code is None:
        raise second_step_missing()
    attempt = Attempt(gate.kernel.limits, device.address)
    await attempt.at_second_step(known.user.id, familiar=known.familiar)
    opened = await _opened(gate, known, "token", device, code)
    await attempt.was_right()
    return opened


async def _known(gate: Gate, login: str, password: str, device: Device) -> Known:
    """Raises the same NotAuthenticated, after the same time, whatever it is that is wrong; RateLimited."""
    attempt = Attempt(gate.kernel.limits, device.address)
    await attempt.from_address()
    async with gate.kernel.uow.read() as read:
        user = await find_user_by_login(read, login)
        if user and "@" in login and user.email_verified_at is None and gate.kernel.settings.mails:
            user = None  # else it would show that nobody else had the address
        familiar = await has_signed_in_from(read, user.id if user else None, device.address)
    await attempt.at_account(str(user.id) if user else _nobody(login), familiar=familiar)
    right, better = await gate.passwords.verify(password, user.password_hash if user else None)
    if not right or user is None or user.deactivated_at is not None:
        account = user.id if user else "unknown"  # what was typed may be a password in the wrong field
        log.warning("A sign-in from %s was refused, account %s", device.address, account)
        raise NotAuthenticated("Username or password is wrong", code="invalid_credentials")
    await _require_address(gate, user)
    await attempt.was_right()
    return Known(user, better, familiar)


async def _opened(
    gate: Gate, known: Known, kind: Literal["cookie", "token"], device: Device, code: str | None = None
) -> OpenedSession:
    user = known.user

    async def action(tx: Tx) -> OpenedSession:
        actor = Actor(user.id, user.username, NO_SESSION, address=device.address)
        step = None if code is None else await use_code(tx, gate.kernel.secrets, actor, code)
        return await open_session(
            tx,
            user.id,
            kind,
            device,
            checked=user.password_hash,
            better=known.better,
            second_step=step,
            days=gate.session_days,
        )

    opened = await gate.kernel.uow.run(action, key=user.id)
    log.info("%s signed in from %s, session %s", opened.user, device.address, opened.session)
    return opened


async def new_hash(gate: Gate, actor: Actor, changes: ProfileChanges, device: Device) -> NewHash | None:
    """The hash of the new password, if one is asked for and the current one was right."""
    if changes.password is None:
        return None
    if changes.current_password is None:
        raise Invalid.field("current_password", "missing", "A new password needs the current one")
    async with gate.kernel.uow.read() as read:
        user = await user_with_id(read, actor.user)
    password = password_from(changes.password, own=_own_names(user, changes))
    if user.second_factor:
        await require_fresh_proof(gate, actor)
    await require_password(gate, user, changes.current_password, device)
    return NewHash(user.password_hash, await gate.passwords.hash(password))


async def require_fresh_proof(gate: Gate, actor: Actor) -> None:
    """Forbidden unless who sits there has shown a moment ago that it is them."""
    async with gate.kernel.uow.read() as read:
        await require_proof(read, actor, gate.kernel.clock.now())


async def require_password(gate: Gate, user: User, password: str, device: Device) -> None:
    """Who is signed in shows that it is still they; Forbidden, or RateLimited after many wrong ones."""
    attempt = Attempt(gate.kernel.limits, device.address)
    await attempt.at_account(str(user.id), familiar=True)
    right, _ = await gate.passwords.verify(password, user.password_hash)
    if not right:
        raise Forbidden(
            "The current password is wrong",
            code="wrong_password",
            fields=(FieldError("current_password", "wrong", "The current password is wrong"),),
        )
    await attempt.was_right()


async def _require_address(gate: Gate, user: User) -> None:
    """Where the settings want a verified address, who knows the password is mailed the link once more."""
    if gate.kernel.settings.verified_address == "optional" or user.email_verified_at is not None:
        return
    if user.email is None:
        raise Forbidden(
            "Signing in here needs an email address: ask whoever runs this server to give your account one",
            code="address_missing",
        )
    given = AddressGiven(user.id, user.email)
    if (await gate.kernel.limits.hit(str(user.id), MAIL_TO_ACCOUNT)).allowed:
        await gate.kernel.uow.run(lambda tx: tx.emit(given), key=user.id)
    raise Forbidden(
        "First open the link in the mail that was sent to your address", code="address_unverified"
    )


def _own_names(user: User, changes: ProfileChanges) -> tuple[str, ...]:
    names = (user.username, user.display_name, user.email, changes.display_name, changes.email)
    return tuple(name for name in names if name)


def _nobody(login: str) -> str:
    return "nobody " + fingerprint(username_key(login)).hex()
