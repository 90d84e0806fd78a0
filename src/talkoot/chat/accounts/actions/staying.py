"""Taking back that one wanted to leave: who signs in stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.kernel.audit import Act, record

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.kernel.transactions import Tx


async def stay(tx: Tx, user: User, address: str) -> None:
    """Whoever signs in before their account is deleted keeps it."""
    if user.delete_at is None:
        return
    user.delete_at = user.delete_messages = None
    oneself = Actor(user.id, user.username, NO_SESSION, user.bot, address)
    await record(tx, oneself, Act("account.deletion_cancelled", None, user.id))
