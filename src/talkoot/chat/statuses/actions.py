"""Saying what one is up to, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select

from talkoot.chat.access.operations import TAKE_STATUS
from talkoot.chat.access.queries import workspaces_of
from talkoot.chat.accounts.names import line_from
from talkoot.chat.emoji.models import Emoji
from talkoot.chat.moderation.access import Where, person_to_moderate
from talkoot.chat.presence.frames import NO_STATUS
from talkoot.chat.reactions.emoji import one_emoji
from talkoot.chat.statuses.events import StatusChanged
from talkoot.chat.statuses.models import Status
from talkoot.chat.statuses.queries import statuses_at
from talkoot.chat.statuses.schemas import TEXT_LENGTH
from talkoot.kernel.audit import Act, record
from talkoot.kernel.clock import DAY, from_datetime
from talkoot.kernel.errors import Invalid

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.notifications.events import QuietChanged
    from talkoot.chat.statuses.schemas import NewStatus
    from talkoot.kernel.transactions import Tx

_FURTHEST = 366 * DAY


async def set_status(tx: Tx, actor: Actor, wanted: NewStatus) -> None:
    """Show this beside one's name, instead of what was shown before."""
    emoji = None if wanted.emoji is None else await _known_emoji(tx, actor, wanted.emoji)
    text = line_from(wanted.text, "text", "The text of a status", TEXT_LENGTH) if wanted.text else None
    if emoji is None and text is None:
        raise Invalid.field("text", "missing", "A status is an emoji, a text, or both; DELETE takes it away")
    until = None if wanted.until is None else from_datetime(wanted.until)
    if until is not None and not tx.now < until <= tx.now + _FURTHEST:
        raise Invalid.field("until", "range", "A status ends in the future, within a year, or is for good")
    await tx.connection.execute(delete(Status).where(Status.user_id == actor.user))
    tx.session.add(Status(user_id=actor.user, emoji=emoji, text=text, until=until))
    await tx.flush()
    await _tell(tx, actor.user)


async def clear_status(tx: Tx, actor: Actor) -> None:
    """Show nothing beside one's name any more."""
    await forget_status_of(tx, actor.user)
    await _tell(tx, actor.user)


async def take_status(tx: Tx, actor: Actor, workspace: UUID, user: UUID) -> None:
    """Take away what somebody shows beside their name, if they do: who may moderate them."""
    await person_to_moderate(tx, actor, TAKE_STATUS, Where("workspace", workspace, user))
    kept = await tx.session.get(Status, user)
    if kept is None or (kept.until is not None and kept.until <= tx.now):
        return
    await forget_status_of(tx, user)
    # What it said stays out of the audit log, which nobody can take anything from.
    await record(tx, actor, Act("status.removed", workspace, user, workspace))
    await _tell(tx, user)


async def tell_status(tx: Tx, changed: QuietChanged) -> None:
    """Until when somebody is not to be disturbed is shown beside their name."""
    await _tell(tx, changed.user)


async def forget_status_of(tx: Tx, user: UUID) -> None:
    """Nothing is left of what this user showed."""
    await tx.connection.execute(delete(Status).where(Status.user_id == user))


async def _tell(tx: Tx, user: UUID) -> None:
    status = (await statuses_at(tx, [user], tx.now)).get(user, NO_STATUS)
    await tx.emit(StatusChanged(user, status))


async def _known_emoji(tx: Tx, actor: Actor, text: str) -> str:
    emoji = one_emoji(text)
    if emoji.startswith(":"):
        mine = [workspace.id for workspace, _ in await workspaces_of(tx, actor.user)]
        named = select(Emoji.id).where(Emoji.workspace_id.in_(mine), Emoji.name == emoji.strip(":"))
        if await tx.connection.scalar(named.limit(1)) is None:
            raise Invalid.field("emoji", "unknown", "None of your workspaces has an emoji of this name")
    return emoji
