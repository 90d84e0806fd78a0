"""Second factors: set up, used, taken away. Every change is written down, and its owner hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert, update

from talkoot.chat.accounts.actions import close_sessions_of
from talkoot.chat.accounts.events import ProfileChanged
from talkoot.chat.accounts.factors.ceremonies import refused
from talkoot.chat.accounts.factors.codes import is_app_code, new_recovery_codes, normal, step_of
from talkoot.chat.accounts.factors.models import AuthenticatorApp, Passkey, RecoveryCode
from talkoot.chat.accounts.factors.queries import is_obliged, passkeys_of, standing_of
from talkoot.chat.accounts.models import Session
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.mail.notices import tell_owner
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.ids import fingerprint, new_id
from talkoot.kernel.sealing import seal, unseal
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.chat.accounts.actions import SecondStep
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.factors.passkeys import NewKey
    from talkoot.kernel.audit import Acting
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Read, Tx

MOST_PASSKEYS = 25
_APP = "an authenticator app"  # as letters call it


async def set_app(tx: Tx, secrets: Secrets, actor: Actor, secret: str, code: str) -> list[str] | None:
    """The app with this secret is the one from now on; the recovery codes, if this is the first factor."""
    step = step_of(secret, normal(code), tx.now)
    if step is None:
        raise Invalid.field("code", "wrong_code", "This is not the code that the app shows now")
    values = {
        "secret": seal(secrets, AuthenticatorApp.secret, actor.user, secret),
        "last_step": step,
        "created_at": tx.now,
    }
    written = insert_into(tx.connection, AuthenticatorApp).values(user_id=actor.user, **values)
    await tx.connection.execute(
        written.on_conflict_do_update(index_elements=[AuthenticatorApp.user_id], set_=values)
    )
    return await _added(tx, actor, "code", {"kind": "app"})


async def remove_app(tx: Tx, actor: Actor, obliged: ColumnElement[bool]) -> None:
    """The app makes no codes for this account any more; NotFound if there is none."""
    gone = await tx.connection.execute(delete(AuthenticatorApp).where(AuthenticatorApp.user_id == actor.user))
    if not gone.rowcount:
        raise NotFound("You have no authenticator app here")
    await _removed(tx, actor, obliged, {"kind": "app"})


async def add_passkey(tx: Tx, actor: Actor, key: NewKey, name: str) -> tuple[Passkey, list[str] | None]:
    """One more passkey; the recovery codes, if this is the first factor."""
    if (await standing_of(tx, actor.user)).passkeys >= MOST_PASSKEYS:
        raise Conflict(f"More than {MOST_PASSKEYS} passkeys are not kept: remove one", code="too_many")
    passkey = Passkey(
        id=new_id(),
        user_id=actor.user,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        transports=key.transports,
        name=_plain(name),
        created_at=tx.now,
    )
    written = insert_into(tx.connection, Passkey).values(
        {column.key: getattr(passkey, column.key) for column in Passkey.__table__.columns}
    )
    added = await tx.connection.scalar(written.on_conflict_do_nothing().returning(Passkey.id))
    if added is None:
        raise Conflict("This passkey is here already", code="passkey_known")
    after = {"kind": "passkey", "id": passkey.id, "name": passkey.name}
    return passkey, await _added(tx, actor, "passkey", after)


async def rename_passkey(tx: Tx, actor: Actor, passkey: UUID, name: str) -> Passkey:
    """Call one of one's passkeys otherwise."""
    found = await _own(tx, actor, passkey)
    found.name = _plain(name)
    await tx.flush()
    return found


async def remove_passkey(tx: Tx, actor: Actor, passkey: UUID, obliged: ColumnElement[bool]) -> None:
    """A passkey opens the account no longer."""
    found = await _own(tx, actor, passkey)
    await tx.session.delete(found)
    await tx.flush()
    await _removed(tx, actor, obliged, {"kind": "passkey", "id": found.id, "name": found.name})


async def renew_recovery_codes(tx: Tx, actor: Actor) -> list[str]:
    """Ten new codes; the old ones hold no longer. Conflict without a second factor."""
    if not (await user_with_id(tx, actor.user)).second_factor:
        raise Conflict("Recovery codes come with a second factor: set one up first", code="no_second_factor")
    await record(tx, actor, Act("account.recovery_codes_made", None, actor.user))
    await tell_owner(tx, actor.user, "recovery_codes_made")
    return await _make_codes(tx, actor.user)


async def use_code(tx: Tx, secrets: Secrets, actor: Actor, given: str) -> SecondStep:
    """Which kind of code this is, which is used up by it; NotAuthenticated if it does not hold."""
    code = normal(given)
    if is_app_code(code):
        await _use_app_code(tx, secrets, actor.user, code)
        return "code"
    used = await tx.connection.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.code_hash == fingerprint(code),
            RecoveryCode.user_id == actor.user,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=tx.now)
    )
    if not used.rowcount:
        raise wrong_code()
    left = (await standing_of(tx, actor.user)).recovery_codes
    await record(tx, actor, Act("account.recovery_code_used", None, actor.user, after={"left": left}))
    await tell_owner(tx, actor.user, "recovery_code_used")
    return "recovery"


async def use_passkey(tx: Tx, key: Passkey, sign_count: int) -> None:
    """A passkey has signed; NotAuthenticated if it was used or removed since it was looked at."""
    used = await tx.connection.execute(
        update(Passkey)
        .where(Passkey.id == key.id, Passkey.sign_count == key.sign_count)
        .values(sign_count=sign_count, last_used_at=tx.now)
    )
    if not used.rowcount:
        raise refused()


async def reset_second_factor(tx: Tx, acting: Acting, user: UUID) -> bool:
    """Take all of somebody's factors and sessions away, so that the password is enough; False without any."""
    found = await user_with_id(tx, user)
    if not found.second_factor:
        return False
    await forget_factors_of(tx, user)
    await close_sessions_of(tx, user)
    await record(tx, acting, Act("account.second_factor_reset", None, user))
    await tell_owner(tx, user, "second_factor_removed", "all of it, by who runs this server")
    return True


async def remove_factors_since(tx: Tx, acting: Acting, user: UUID, since: int) -> None:
    """Take away what somebody else may have added from that moment on, and all recovery codes."""
    newer = delete(AuthenticatorApp).where(AuthenticatorApp.user_id == user)
    app = await tx.connection.execute(newer.where(AuthenticatorApp.created_at >= since))
    if app.rowcount:
        await record(tx, acting, Act("account.factor_removed", None, user, before={"kind": "app"}))
        await tell_owner(tx, user, "second_factor_removed", _APP)
    for passkey in await passkeys_of(tx, user):
        if passkey.created_at >= since:
            await tx.session.delete(passkey)
            before = {"kind": "passkey", "id": passkey.id, "name": passkey.name}
            await record(tx, acting, Act("account.factor_removed", None, user, before=before))
            await tell_owner(tx, user, "passkey_removed", passkey.name)
    await tx.flush()
    left = await standing_of(tx, user)
    if left.app or left.passkeys:
        await tx.connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user))
    else:
        await _none_left(tx, user)


async def forget_factors_of(tx: Tx, user: UUID) -> None:
    """Nothing is left of what somebody took the second step with."""
    for table in (AuthenticatorApp, Passkey):
        await tx.connection.execute(delete(table).where(table.user_id == user))
    await _none_left(tx, user)


def wrong_code() -> NotAuthenticated:
    """A code that is wrong, or was used."""
    return NotAuthenticated("The code is wrong, or was used before", code="wrong_code")


async def _use_app_code(tx: Tx, secrets: Secrets, user: UUID, code: str) -> None:
    app = await tx.session.get(AuthenticatorApp, user)
    if app is None:
        raise wrong_code()
    step = step_of(unseal(secrets, AuthenticatorApp.secret, user, app.secret), code, tx.now)
    if step is None:
        raise wrong_code()
    # Of many who bring the same code at the same moment one moves the step.
    moved = await tx.connection.execute(
        update(AuthenticatorApp)
        .where(AuthenticatorApp.user_id == user, AuthenticatorApp.last_step < step)
        .values(last_step=step)
    )
    if not moved.rowcount:
        raise wrong_code()


async def _added(tx: Tx, actor: Actor, step: SecondStep, after: dict[str, object]) -> list[str] | None:
    """Whoever set it up here has taken the second step; with the first one, all others sign in again."""
    user = await user_with_id(tx, actor.user)
    first, user.second_factor = not user.second_factor, True
    await tx.flush()
    await tx.connection.execute(
        update(Session)
        .where(Session.id == actor.session, Session.second_step.is_(None))
        .values(second_step=step)
    )
    await record(tx, actor, Act("account.factor_added", None, actor.user, after=after))
    if step == "passkey":
        await tell_owner(tx, actor.user, "passkey_added", str(after["name"]))
    else:
        await tell_owner(tx, actor.user, "second_factor_added", _APP)
    if not first:
        return None
    await close_sessions_of(tx, actor.user, keep=actor.session, tokens=False)
    # This session is more now than what servers remember of it.
    await tx.emit(ProfileChanged(user.id, user.username, user.display_name, user.bot))
    return await _make_codes(tx, actor.user)


async def _removed(tx: Tx, actor: Actor, obliged: ColumnElement[bool], before: dict[str, object]) -> None:
    left = await standing_of(tx, actor.user)
    if not left.app and not left.passkeys:
        if await is_obliged(tx, actor.user, obliged):
            raise Conflict(
                "This server asks for a second factor: set up another one before you remove the last",
                code="last_factor",
            )
        await _none_left(tx, actor.user)
    await close_sessions_of(tx, actor.user, keep=actor.session, tokens=False)
    await record(tx, actor, Act("account.factor_removed", None, actor.user, before=before))
    if before["kind"] == "passkey":
        await tell_owner(tx, actor.user, "passkey_removed", str(before["name"]))
    else:
        await tell_owner(tx, actor.user, "second_factor_removed", _APP)


async def _none_left(tx: Tx, user: UUID) -> None:
    await tx.connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user))
    (await user_with_id(tx, user)).second_factor = False
    await tx.flush()


async def _make_codes(tx: Tx, user: UUID) -> list[str]:
    await tx.connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user))
    codes = new_recovery_codes()
    rows = [{"code_hash": fingerprint(normal(code)), "user_id": user} for code in codes]
    await tx.connection.execute(insert(RecoveryCode), rows)
    return codes


async def _own(read: Read, actor: Actor, passkey: UUID) -> Passkey:
    found = await read.session.get(Passkey, passkey)
    if found is None or found.user_id != actor.user:
        raise NotFound("You have no such passkey")
    return found


def _plain(name: str) -> str:
    return " ".join(name.split())
