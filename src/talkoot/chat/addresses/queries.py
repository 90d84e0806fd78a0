"""Reading links and addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.accounts.models import User
from talkoot.chat.addresses.models import MailedLink
from talkoot.kernel.ids import fingerprint

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def holder_of_link(read: Read, token: str, purpose: str, now: int) -> User | None:
    """Whose link this is, if it still does what it is for."""
    return await read.session.scalar(
        select(User)
        .join(MailedLink, MailedLink.user_id == User.id)
        .where(
            MailedLink.token_hash == fingerprint(token),
            MailedLink.purpose == purpose,
            MailedLink.expires_at > now,
            User.deactivated_at.is_(None),
        )
    )


async def pending_address(read: Read, user: UUID, now: int) -> str | None:
    """The address that somebody wants instead of theirs, until it is confirmed."""
    return await read.connection.scalar(
        select(MailedLink.address).where(
            MailedLink.user_id == user, MailedLink.purpose == "change", MailedLink.expires_at > now
        )
    )


async def holder_of_address(read: Read, address: str) -> User | None:
    """Who has this address, whether that was shown or not."""
    return await read.session.scalar(select(User).where(User.email_key == address.casefold()))
