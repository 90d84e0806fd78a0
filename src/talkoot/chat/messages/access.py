"""The doors to messages, and the check of many sends at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.cache import AccessCache, Grants
from talkoot.chat.access.doors import admit
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import grants_of, read_grants, versions_of
from talkoot.chat.messages.models import Message
from talkoot.kernel.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read, Tx


async def message_to_read(read: Read, actor: Actor, message_id: UUID) -> tuple[Message, Grants]:
    """A message in a room that the actor may read."""
    message = await read.session.get(Message, message_id)
    if message is None:
        raise NotFound("There is no such message")
    grants = await grants_of(read, actor.user, message.room_id)
    if grants is None or Permission.ROOM_READ not in grants.permissions:
        raise NotFound("There is no such message")
    return message, grants


async def message_to_edit(tx: Tx, actor: Actor, message_id: UUID) -> tuple[Message, Grants]:
    """One's own message, in a room where one may still post."""
    message, grants = await message_to_read(tx, actor, message_id)
    if message.sender_id != actor.user:
        raise Forbidden("Only who wrote a message can edit it")
    admit(grants, "room", Permission.ROOM_POST)
    return message, grants


async def message_to_delete(tx: Tx, actor: Actor, message_id: UUID) -> tuple[Message, Grants]:
    """One's own message, or any message of a room that one moderates."""
    message, grants = await message_to_read(tx, actor, message_id)
    if message.sender_id != actor.user:
        admit(grants, "room", Permission.MESSAGES_MODERATE)
    return message, grants


async def standing_to_post(
    tx: Tx, wanted: Iterable[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Grants | None]:
    """What each (user, room) allows at this very transaction, from memory wherever that is up to date.

    The versions of the workspaces are read under a lock, so that no change of access can commit between this
    check and the commit of what it lets through.
    """
    cache = tx.caches.of(AccessCache)
    found = {key: cache.get(key[1], key[0]) for key in dict.fromkeys(wanted)}
    versions = await versions_of(tx, sorted({grants.workspace for grants in found.values() if grants}))
    for (user, room), grants in found.items():
        if grants is None or not cache.up_to_date(grants.workspace, versions[grants.workspace]):
            found[user, room] = await _current(tx, user, room, grants)
    return found


async def _current(tx: Tx, user: UUID, room: UUID, remembered: Grants | None) -> Grants | None:
    if remembered is None:
        first = await read_grants(tx, user, room)
        if first is None:
            return None
        await versions_of(tx, [first.workspace])  # take the lock, then look again under it
    grants = await read_grants(tx, user, room)
    if grants is not None:
        tx.after_commit(lambda: tx.caches.of(AccessCache).put(grants))
    return grants
