"""Tokens that are made to be kept: each is a session that only ends by a revocation, or at its time."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, insert, select

from talkoot.chat.accounts.made_tokens import make_token
from talkoot.chat.accounts.models import MadeToken, Session
from talkoot.kernel.errors import Conflict
from talkoot.kernel.ids import fingerprint, new_id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.kernel.transactions import Tx

MOST = 100  # of one account
FOR_EVER = 253_402_300_799_000_000  # the last second of the year 9999


class NewMadeToken(Value, frozen=True):
    """A token to be made; `places` None is everywhere, `expires_at` None is never (microseconds)."""

    name: str
    scopes: Collection[str]
    places: Collection[UUID] | None
    expires_at: int | None


async def make_session_token(tx: Tx, owner: User, new: NewMadeToken, *, made_by: UUID) -> tuple[UUID, str]:
    """A token that acts as its owner: its id, and itself, which is not kept. Conflict at the hundredth."""
    await _refuse_many(tx, owner.id)
    session = new_id()
    token = make_token(session, bot=owner.bot)
    await tx.connection.execute(
        insert(Session).values(
            id=session,
            user_id=owner.id,
            kind="made",
            secret_hash=fingerprint(token),
            user_agent="",
            address="",  # where it was made says nothing of where its owner signs in
            created_at=tx.now,
            last_seen_at=0,  # never used
            expires_at=new.expires_at or FOR_EVER,
        )
    )
    places = None if new.places is None else " ".join(sorted(map(str, new.places)))
    await tx.connection.execute(
        insert(MadeToken).values(
            session_id=session,
            name=new.name,
            scopes=" ".join(sorted(new.scopes)),
            places=places,
            made_by=made_by,
        )
    )
    return session, token


async def _refuse_many(tx: Tx, owner: UUID) -> None:
    mine = select(func.count()).select_from(Session)
    count = await tx.connection.scalar(
        mine.where(
            Session.user_id == owner,
            Session.kind == "made",
            Session.revoked_at.is_(None),
            Session.expires_at > tx.now,
        )
    )
    if (count or 0) >= MOST:
        raise Conflict(f"An account has at most {MOST} tokens: revoke one first", code="too_many")
