"""Reading what was found, as it is now, and what the names in a query mean."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select

from talkoot.chat.access.models import Membership
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.names import username_key
from talkoot.chat.files.models import SENT, File, FileText
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.queries import MESSAGES
from talkoot.chat.rooms.models import Room
from talkoot.chat.search.documents import Said

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def messages_found(read: Read, ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Messages that are not deleted, with their senders."""
    rows = await read.connection.execute(MESSAGES.where(Message.id.in_([*ids]), Message.deleted_at.is_(None)))
    return {row.id: row for row in rows}


async def characters_in(read: Read, messages: Collection[UUID]) -> dict[UUID, int]:
    """How much the files say of each of these messages that was sent and has any such."""
    rows = await read.connection.execute(
        select(File.message_id, func.sum(FileText.characters).label("characters"))
        .join(FileText, FileText.file_id == File.id)
        .where(File.message_id.in_(messages), File.state == SENT)
        .group_by(File.message_id)
    )
    return {row.message_id: int(row.characters) for row in rows}


async def said_in(read: Read, messages: Collection[UUID]) -> dict[UUID, list[Said]]:
    """What the files say of each of these messages that was sent and has any such."""
    rows = await read.connection.execute(
        select(File.message_id, File.id, File.name, FileText.text)
        .join(FileText, FileText.file_id == File.id)
        .where(File.message_id.in_(messages), File.state == SENT)
        .order_by(File.id)
    )
    said: dict[UUID, list[Said]] = defaultdict(list)
    for row in rows:
        said[row.message_id].append(Said(row.id, row.name, row.text))
    return said


async def count_messages(read: Read) -> int:
    """How many messages there are, with those that were deleted."""
    return await read.connection.scalar(select(func.count()).select_from(Message)) or 0


async def member_named(read: Read, workspace: UUID, name: str) -> UUID | None:
    """Who goes by this username, or has this id, in the workspace; also those who left the server."""
    wanted = User.username_key == username_key(name)
    if (given := _as_id(name)) is not None:
        wanted = User.id == given
    found: UUID | None = await read.connection.scalar(
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(wanted, Membership.resource_id == workspace)
    )
    return found


async def room_named(read: Read, workspace: UUID, name: str, among: frozenset[UUID]) -> UUID | None:
    """The room that goes by this name, or has this id, among those that may be known of."""
    if (given := _as_id(name)) is not None:
        return given if given in among else None
    rooms = await read.connection.execute(
        select(Room.id, Room.name).where(Room.workspace_id == workspace, Room.kind != "direct")
    )
    wanted = _room_key(name)
    return next((row.id for row in rooms if row.id in among and _room_key(row.name) == wanted), None)


async def time_zone_of(read: Read, user: UUID) -> str | None:
    """The time zone that somebody lives in, if they said so."""
    found: str | None = await read.connection.scalar(select(User.time_zone).where(User.id == user))
    return found


def _room_key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
