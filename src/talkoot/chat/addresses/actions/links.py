"""Links: made in the transaction that wants one, armed with a token when the letter is written, used once.

So no table, job or log ever holds a token: it is in the memory of the job that mails it, and in the letter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from talkoot.chat.accounts.models import User
from talkoot.chat.addresses.models import MailedLink
from talkoot.chat.addresses.queries import holder_of_address
from talkoot.kernel.clock import DAY, HOUR
from talkoot.kernel.errors import Forbidden
from talkoot.kernel.ids import fingerprint, new_id, new_token
from talkoot.kernel.jobs import enqueue
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.events import PasswordChanged, UserDeactivated
    from talkoot.kernel.transactions import Tx

Purpose = Literal["reset", "verify", "change", "undo"]
MAIL_LINK = "addresses.mail_link"
LIVES: dict[str, int] = {"reset": HOUR, "verify": 7 * DAY, "change": DAY, "undo": 7 * DAY}


class Armed(Value, frozen=True):
    """What is to be mailed, and to whom; without a token when there is nothing to open."""

    purpose: Purpose
    username: str
    display_name: str
    address: str
    token: str = ""


class Opened(Value, frozen=True):
    """A link that was used just now."""

    purpose: Purpose
    user: User
    address: str | None
    created_at: int


async def make_link(tx: Tx, purpose: Purpose, user: UUID, address: str, *, since: int | None = None) -> None:
    """A link that a job of this transaction mails there; older ones for the same do nothing any more.

    `since` is when that began which it can undo, if that was before now.
    """
    if purpose != "undo":  # who takes an address back after several changes may use any of them
        await forget_links(tx, user, purpose)
    link = await _insert(tx, purpose, user, address, None, since=since)
    await enqueue(tx, MAIL_LINK, {"link": str(link)})


async def make_link_by_hand(tx: Tx, user: UUID) -> str:
    """The token of a link for a new password that the operator hands over."""
    await forget_links(tx, user, "reset")
    token = new_token()
    await _insert(tx, "reset", user, None, fingerprint(token))
    return token


async def arm_link(tx: Tx, link: UUID) -> Armed | None:
    """Give a link its token, the only one that opens it from now on; None when nobody wants it any more."""
    row = (
        await tx.session.execute(
            select(MailedLink, User)
            .join(User, User.id == MailedLink.user_id)
            .where(MailedLink.id == link, MailedLink.expires_at > tx.now, User.deactivated_at.is_(None))
        )
    ).one_or_none()
    if row is None or row[0].address is None:
        return None
    address: str = row[0].address
    purpose, user = cast("Purpose", row[0].purpose), row[1]
    if purpose == "reset" and user.email_key != address.casefold():
        return None
    if purpose == "verify" and (user.email or "").casefold() != address.casefold():
        return None
    if purpose == "verify" and user.email_verified_at is not None:
        return None
    if purpose in {"verify", "change"} and await belongs_to_another(tx, user, address):
        return Armed(purpose, user.username, user.display_name, address)
    token = new_token()
    await tx.connection.execute(
        update(MailedLink)
        .where(MailedLink.id == link)
        .values(token_hash=fingerprint(token), expires_at=tx.now + LIVES[purpose])
    )
    return Armed(purpose, user.username, user.display_name, address, token)


async def open_link(tx: Tx, token: str, *purposes: Purpose) -> Opened:
    """Use a link up; Forbidden when it does not hold. Of many who open it at once one succeeds."""
    used = await tx.connection.execute(
        delete(MailedLink)
        .where(
            MailedLink.token_hash == fingerprint(token),
            MailedLink.purpose.in_(purposes),
            MailedLink.expires_at > tx.now,
        )
        .returning(MailedLink.purpose, MailedLink.user_id, MailedLink.address, MailedLink.created_at)
    )
    row = used.one_or_none()
    user = await tx.session.get(User, row.user_id) if row is not None else None
    if row is None or user is None or user.deactivated_at is not None:
        raise link_refused()
    return Opened(row.purpose, user, row.address, row.created_at)


def link_refused() -> Forbidden:
    """The one answer to every link that does not hold."""
    return Forbidden("This link does not hold any more: ask for a new one", code="link_invalid")


async def forget_links(tx: Tx, user: UUID, *purposes: Purpose) -> None:
    """These links of somebody do nothing any more."""
    await tx.connection.execute(
        delete(MailedLink).where(MailedLink.user_id == user, MailedLink.purpose.in_(purposes))
    )


async def forget_links_to_password(tx: Tx, changed: PasswordChanged) -> None:
    """Who has a new password did not mean an older link to change it again."""
    await forget_links(tx, changed.user, "reset")


async def forget_all_links(tx: Tx, deactivated: UserDeactivated) -> None:
    """Who is let in again later gets new links."""
    await tx.connection.execute(delete(MailedLink).where(MailedLink.user_id == deactivated.user))


async def forget_expired_links(tx: Tx) -> None:
    """Delete what nobody can open any more."""
    await tx.connection.execute(delete(MailedLink).where(MailedLink.expires_at <= tx.now))


async def belongs_to_another(tx: Tx, user: User, address: str) -> bool:
    """Whether somebody else has shown that this address is theirs."""
    holder = await holder_of_address(tx, address)
    return holder is not None and holder.id != user.id and holder.email_verified_at is not None


async def _insert(
    tx: Tx,
    purpose: Purpose,
    user: UUID,
    address: str | None,
    token_hash: bytes | None,
    *,
    since: int | None = None,
) -> UUID:
    link = new_id()
    await tx.connection.execute(
        insert(MailedLink).values(
            id=link,
            token_hash=token_hash,
            purpose=purpose,
            user_id=user,
            address=address,
            created_at=since or tx.now,
            expires_at=tx.now + LIVES[purpose],
        )
    )
    return link
