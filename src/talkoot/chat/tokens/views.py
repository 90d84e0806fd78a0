"""From the tables of tokens to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.scopes import SCOPES
from talkoot.chat.accounts.actions import FOR_EVER
from talkoot.chat.accounts.views import public_user
from talkoot.chat.tokens.schemas import OwnedToken, TokenMade, TokenOut
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import MadeToken, Session, User


def token_out(session: Session, made: MadeToken) -> TokenOut:
    """A token, as shown to whom it belongs."""
    return TokenOut(
        id=session.id,
        name=made.name,
        scopes=[scope for scope in SCOPES if scope in made.scopes.split()],
        places=None if made.places is None else [UUID(place) for place in made.places.split()],
        created_at=rfc3339(session.created_at),
        last_used_at=rfc3339(session.last_seen_at) if session.last_seen_at else None,
        expires_at=rfc3339(session.expires_at) if session.expires_at < FOR_EVER else None,
    )


def token_made(session: Session, made: MadeToken, token: str) -> TokenMade:
    """A token at the only time that it is shown."""
    return TokenMade(**token_out(session, made).model_dump(), token=token)


def owned_token(session: Session, made: MadeToken, owner: User) -> OwnedToken:
    """A token, as shown to who looks after the installation."""
    return OwnedToken(**token_out(session, made).model_dump(), owner=public_user(owner))
