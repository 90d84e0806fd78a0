"""A forgotten password: asked for by anybody, answered by mail to whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.actions import set_password
from talkoot.chat.accounts.events import PasswordReset
from talkoot.chat.accounts.queries import find_user_by_login
from talkoot.chat.addresses.actions.links import make_link, open_link
from talkoot.chat.mail.notices import tell_owner
from talkoot.kernel.ids import fingerprint
from talkoot.kernel.jobs import enqueue

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.transactions import Tx

FORGOTTEN = "addresses.forgotten"


async def ask_for_reset(tx: Tx, login: str) -> None:
    """Have a job look who that is. Nothing is looked up here, so nothing can be learned from the answer."""
    await enqueue(tx, FORGOTTEN, {"login": login}, dedupe=fingerprint(login).hex())


async def begin_reset(tx: Tx, login: str) -> None:
    """Mail a link for a new password, if there is such an account, and it has an address and a password."""
    user = await find_user_by_login(tx, login)
    if user is None or user.deactivated_at is not None or user.bot or user.email is None:
        return
    if user.password_hash is None:
        await tell_owner(tx, user.id, "has_no_password")
    else:
        await make_link(tx, "reset", user.id, user.email)


async def reset_password(tx: Tx, token: str, password_hash: str) -> UUID:
    """Another password for whose link this is; ends all their sessions and tokens. A second factor stays."""
    opened = await open_link(tx, token, "reset")
    user = opened.user
    await set_password(tx, user, password_hash, told=False)
    if opened.address is not None and opened.address.casefold() == user.email_key:
        user.email_verified_at = tx.now
    await tx.flush()
    await tx.emit(PasswordReset(user.id))
    return user.id
