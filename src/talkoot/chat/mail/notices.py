"""What the owner of an account is told by mail when it happens, and the one function that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from talkoot.chat.mail.events import NoticeDue

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.transactions import Tx

What = Literal[
    "password_changed",
    "has_no_password",
    "identity_linked",
    "identity_unlinked",
    "second_factor_added",
    "second_factor_removed",
    "recovery_codes_made",
    "recovery_code_used",
    "passkey_added",
    "passkey_removed",
    "token_made",
    "data_exported",
    "leaving",
    "owner_made",
    "owner_ended",
    "password_reset",
    "address_taken_back",
]
# `{detail}` is what the caller adds, such as the name that somebody gave a passkey.
SAID: dict[str, str] = {
    "password_changed": "The password of your account was changed.",
    "has_no_password": "Somebody asked for a new password for your account. It has none, for it is"
    " opened with an identity provider: sign in with the provider's button. Nothing was changed.",
    "identity_linked": "Your account can be opened with {detail} now.",
    "identity_unlinked": "Your account can not be opened with {detail} any more.",
    "second_factor_added": "Signing in to your account asks for a second factor now: {detail}.",
    "second_factor_removed": "Signing in to your account asks for this second factor no longer: {detail}.",
    "recovery_codes_made": "New recovery codes were made for your account, and the old ones do nothing now.",
    "recovery_code_used": "Somebody signed in to your account with a recovery code.",
    "passkey_added": "A passkey was added to your account: {detail}.",
    "passkey_removed": "A passkey was taken from your account: {detail}.",
    "token_made": "An access token was made for your account: {detail}.",
    "data_exported": "Who looks after this server had a file made of all that is known of you, with what you"
    " wrote in private and direct rooms.",
    "leaving": "Your account is deleted in {detail}. Sign in before, and it stays.",
    "owner_made": "A workspace that you own has another owner now: {detail}.",
    "owner_ended": "Somebody owns a workspace of yours no longer: {detail}.",
    "password_reset": "A new password was chosen for your account, by a link that was mailed. Everybody is"
    " signed out, and tokens for programs have ended. What else opens it: {detail}.",
    "address_taken_back": "Your address is yours again. Everybody is signed out of your account, tokens for"
    " programs have ended, and so has the password: we send you a link for a new one. Recovery codes have"
    " ended, and whatever was added since the change began was taken away. What else opens it: {detail}.",
}


async def tell_owner(tx: Tx, user: UUID, what: What, detail: str = "") -> None:
    """Let the owner of an account know what was done to it, by mail: if any is sent and they have an address.

    It is a job of this transaction. `detail` is no secret: it is kept until the letter is sent.
    """
    await tx.emit(NoticeDue(user, what, detail))
