"""What opens an account besides its password: told to its owner, or ended, when somebody else was in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.factors.queries import passkeys_of
from talkoot.chat.identities.actions import take_away
from talkoot.chat.identities.queries import identities_of
from talkoot.chat.mail.notices import tell_owner

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.events import AddressTakenBack, PasswordReset
    from talkoot.kernel.transactions import Read, Tx


async def tell_what_else_opens(tx: Tx, reset: PasswordReset) -> None:
    """Who has a new password hears what opens their account besides: it is still open to who has that."""
    await tell_owner(tx, reset.user, "password_reset", await _what_else_opens(tx, reset.user))


async def unlink_what_came_since(tx: Tx, taken: AddressTakenBack) -> None:
    """Identities that somebody else may have linked open the account no longer; the owner hears what does."""
    for identity in await identities_of(tx, taken.user):
        if identity.created_at >= taken.since:
            await take_away(tx, taken.acting, identity)
    await tell_owner(tx, taken.user, "address_taken_back", await _what_else_opens(tx, taken.user))


async def _what_else_opens(read: Read, user: UUID) -> str:
    passkeys = [f"the passkey {passkey.name}" for passkey in await passkeys_of(read, user)]
    identities = [f"{each.label} at {each.provider}" for each in await identities_of(read, user)]
    return ", ".join([*passkeys, *identities]) or "nothing"
