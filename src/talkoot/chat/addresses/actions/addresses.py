"""Addresses: confirmed by a link that was mailed there, changed only so, and taken back by the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from talkoot.chat.accounts.actions import close_sessions_of, give_address, stay
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.events import AddressTakenBack, ProfileChanged
from talkoot.chat.accounts.factors.actions import remove_factors_since
from talkoot.chat.accounts.names import email_from
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.addresses.actions.links import (
    belongs_to_another,
    forget_links,
    link_refused,
    make_link,
    open_link,
)
from talkoot.chat.addresses.models import MailedLink
from talkoot.kernel.audit import Act, record

if TYPE_CHECKING:
    from talkoot.chat.accounts.events import AddressGiven
    from talkoot.chat.accounts.models import User
    from talkoot.chat.addresses.actions.links import Opened
    from talkoot.kernel.transactions import Tx


async def ask_to_confirm(tx: Tx, given: AddressGiven) -> None:
    """Mail a link to an address that somebody said is theirs."""
    await make_link(tx, "verify", given.user, given.address)


async def ask_again(tx: Tx, actor: Actor) -> None:
    """Mail the link once more, unless it was opened or there is no address."""
    user = await user_with_id(tx, actor.user)
    if user.email is not None and user.email_verified_at is None:
        await make_link(tx, "verify", user.id, user.email)


async def change_address(tx: Tx, actor: Actor, email: str | None) -> User:
    """Mail a link to the new address, which is the person's when it is opened; none is none at once."""
    user = await user_with_id(tx, actor.user)
    wanted = email_from(email) if email is not None else None
    if wanted is None:
        old = user.email
        await give_address(tx, user, None)
        await forget_links(tx, user.id, "change", "verify", "reset")
        await _offer_undo(tx, user, old, tx.now)
        await tx.flush()
    elif wanted.casefold() == user.email_key:
        await forget_links(tx, user.id, "change")
    else:
        await make_link(tx, "change", user.id, wanted)
    return user


async def confirm_address(tx: Tx, token: str) -> User:
    """The mail reached its reader: the address is verified, or takes the place of the old one."""
    opened = await open_link(tx, token, "verify", "change")
    user, old = opened.user, opened.user.email
    address = _address(opened)
    if opened.purpose == "verify" and (
        (old or "").casefold() != address.casefold() or await belongs_to_another(tx, user, address)
    ):
        raise link_refused()
    await give_address(tx, user, address, verified=True)
    if opened.purpose == "change":
        await forget_links(tx, user.id, "verify", "reset")
        await _offer_undo(tx, user, old, opened.created_at)
    await tx.flush()
    await tx.emit(ProfileChanged(user.id, user.username, user.display_name, user.bot))
    return user


async def take_address_back(tx: Tx, token: str, unknown_hash: str, address: str) -> User:
    """Somebody else had changed it: the old address is back, everybody is out, and a new password is due.

    What was mailed since to the addresses in between does nothing any more, undoing among it; nor does what
    was added to open the account, recovery codes, or the password that somebody else knows: its hash is that
    of what nobody does. Who was about to be deleted stays. `address` is of the network.
    """
    opened = await open_link(tx, token, "undo")
    user = opened.user
    await give_address(tx, user, _address(opened), verified=True)
    await tx.flush()
    await tx.connection.execute(
        delete(MailedLink).where(
            MailedLink.user_id == user.id,
            (MailedLink.purpose != "undo") | (MailedLink.created_at >= opened.created_at),
        )
    )
    owner = Actor(user.id, user.username, NO_SESSION, address=address)
    await record(tx, owner, Act("account.address_taken_back", None, user.id))
    await stay(tx, user, address)
    await close_sessions_of(tx, user.id)
    await remove_factors_since(tx, owner, user.id, opened.created_at)
    if user.password_hash is not None:
        user.password_hash = unknown_hash
        await make_link(tx, "reset", user.id, _address(opened))
    await tx.flush()
    await tx.emit(AddressTakenBack(user.id, opened.created_at, owner))
    await tx.emit(ProfileChanged(user.id, user.username, user.display_name, user.bot))
    return user


async def _offer_undo(tx: Tx, user: User, old: str | None, since: int) -> None:
    if old is not None:
        await make_link(tx, "undo", user.id, old, since=since)


def _address(opened: Opened) -> str:
    if opened.address is None:  # only a link for a new password is made without one
        raise link_refused()
    return opened.address
