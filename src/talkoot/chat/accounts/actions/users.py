"""Accounts: made, changed, deactivated."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.accounts.actions.sessions import close_sessions_of
from talkoot.chat.accounts.events import AddressGiven, PasswordChanged, ProfileChanged, UserDeactivated
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.names import display_name_from, email_from, time_zone_from, username_from
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.mail.notices import tell_owner
from talkoot.kernel.errors import Conflict, FieldError
from talkoot.kernel.ids import new_id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.schemas import ProfileChanges
    from talkoot.kernel.transactions import Read, Tx


class NewUser(Value, frozen=True):
    """An account to be made; without a password hash nobody can sign in with a password.

    `email_verified`: somebody who is believed says that mail to the address reaches them. `quietly`: who asks
    is not told whether somebody else has the address; its owner is, by mail.
    """

    username: str
    display_name: str
    password_hash: str | None = None
    email: str | None = None
    time_zone: str | None = None
    bot: bool = False
    email_verified: bool = False
    quietly: bool = False


async def create_user(tx: Tx, new: NewUser) -> User:
    """An account; Conflict if the username, or one that looks the same, or the email address is taken."""
    username = username_from(new.username)
    email = email_from(new.email) if new.email else None
    await _refuse_taken(tx, username_key=username.key)
    user = User(
        id=new_id(),
        username=username.shown,
        username_key=username.key,
        display_name=display_name_from(new.display_name),
        password_hash=new.password_hash,
        time_zone=time_zone_from(new.time_zone) if new.time_zone else None,
        bot=new.bot,
        created_at=tx.now,
    )
    await give_address(tx, user, email, verified=new.email_verified, quietly=new.quietly)
    tx.session.add(user)
    await tx.flush()
    await _announce_address(tx, user)
    return user


class NewHash(Value, frozen=True):
    """The hash of a new password, and that of the current one which was given with it."""

    checked: str | None
    hash: str


async def change_profile(
    tx: Tx, actor: Actor, changes: ProfileChanges, password: NewHash | None = None
) -> User:
    """Change what is given of oneself; a new password closes all one's other sessions."""
    user = await user_with_id(tx, actor.user)
    if changes.display_name is not None:
        user.display_name = display_name_from(changes.display_name)
    if changes.time_zone is not None:
        user.time_zone = time_zone_from(changes.time_zone)
    if "email" in changes.model_fields_set:
        await give_address(tx, user, email_from(changes.email) if changes.email else None)
    if password is not None:
        if user.password_hash != password.checked:
            raise Conflict("The password was changed at the same moment")
        await set_password(tx, user, password.hash, keep=actor.session)
    await tx.flush()
    if "email" in changes.model_fields_set:
        await _announce_address(tx, user)
    await tx.emit(ProfileChanged(user.id, user.username, user.display_name, user.bot))
    return user


async def rename_user(tx: Tx, user: User, display_name: str) -> None:
    """Give somebody else another display name; whoever calls this may do so."""
    user.display_name = display_name_from(display_name)
    await tx.flush()
    await tx.emit(ProfileChanged(user.id, user.username, user.display_name, user.bot))


async def set_password(
    tx: Tx, user: User, password_hash: str, *, keep: UUID | None = None, told: bool = True
) -> None:
    """Give someone another password and close their sessions and tokens, all but the session to keep.

    They are `told` by mail, unless another letter says more.
    """
    user.password_hash = password_hash
    await close_sessions_of(tx, user.id, keep=keep)
    await tx.emit(PasswordChanged(user.id))
    if told:
        await tell_owner(tx, user.id, "password_changed")


async def deactivate_user(tx: Tx, user: UUID) -> None:
    """Close an account; what the person wrote stays."""
    found = await user_with_id(tx, user)
    if found.deactivated_at is None:
        found.deactivated_at = tx.now
        await close_sessions_of(tx, user)
        await tx.emit(UserDeactivated(user))


async def reactivate_user(tx: Tx, user: UUID) -> None:
    """Open a closed account again, and keep it; its old sessions stay closed. Conflict if it was deleted."""
    found = await user_with_id(tx, user)
    if found.deleted_at is not None:
        raise Conflict("This account was deleted for good")
    found.deactivated_at = found.delete_at = found.delete_messages = None


async def give_address(
    tx: Tx, user: User, email: str | None, *, verified: bool = False, quietly: bool = False
) -> None:
    """Give someone this address in its normal form, or none; Conflict if somebody else has it.

    Who has shown that it is theirs gets it also from somebody who only said so. `quietly` there is no
    Conflict: it stands in their account as one that was not confirmed, without a key, so it opens nothing.
    """
    key = email.casefold() if email else None
    if key is not None and key != user.email_key:
        if verified:
            await _take_from_who_only_said_so(tx, key)
        elif quietly and await _is_taken(tx, email_key=key):
            key = None
        if key is not None:
            await _refuse_taken(tx, email_key=key)
    if verified and key is not None:
        user.email_verified_at = tx.now
    elif key != user.email_key:
        user.email_verified_at = None
    user.email, user.email_key = email, key


async def _take_from_who_only_said_so(tx: Tx, key: str) -> None:
    with tx.session.no_autoflush:
        holder = await tx.session.scalar(
            select(User).where(User.email_key == key, User.email_verified_at.is_(None))
        )
    if holder is not None:
        holder.email_key = None  # as with `quietly`: they see no difference, and learn of nobody
        await tx.flush()


async def _announce_address(tx: Tx, user: User) -> None:
    if user.email is not None and user.email_verified_at is None:
        await tx.emit(AddressGiven(user.id, user.email))


async def _is_taken(read: Read, **unique: str) -> bool:
    with read.session.no_autoflush:
        return await read.session.scalar(select(User.id).filter_by(**unique)) is not None


async def _refuse_taken(read: Read, **unique: str) -> None:
    ((column, key),) = unique.items()
    if await _is_taken(read, **unique):
        field = column.removesuffix("_key")
        raise Conflict(f"This {field} is taken", fields=(FieldError(field, "taken", f"{key} is taken"),))
