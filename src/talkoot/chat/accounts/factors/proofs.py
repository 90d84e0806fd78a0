"""A proof that it is still the same person who sits there: with a second factor, if they have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from talkoot.chat.accounts.factors.queries import has_proved
from talkoot.chat.accounts.models import Session
from talkoot.kernel.errors import Forbidden

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read, Tx


async def require_proof(read: Read, actor: Actor, now: int) -> None:
    """Forbidden unless who sits there has shown a moment ago that it is them."""
    if not await has_proved(read, actor.session, now):
        raise Forbidden(
            "Show first that it is you: with a code or a passkey, or with your password if you have neither,"
            " at `POST /users/me/proof`",
            code="proof_required",
        )


async def note_proof(tx: Tx, actor: Actor) -> None:
    """They have shown it."""
    await tx.connection.execute(update(Session).where(Session.id == actor.session).values(proved_at=tx.now))
