"""From the tables of accounts to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.addresses.schemas import AddressOut, Confirmed

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User


def address_out(user: User, pending: str | None) -> AddressOut:
    """Somebody's address, as shown to themselves."""
    return AddressOut(email=user.email, verified=user.email_verified_at is not None, pending=pending)


def confirmed(user: User) -> Confirmed:
    """What the page says that a link leads to."""
    return Confirmed(username=user.username, email=user.email or "")
