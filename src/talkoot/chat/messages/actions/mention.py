"""Naming people in messages: looked up when a text is stored, and kept beside it until it changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy import and_, delete, insert, select

from talkoot.chat.access.models import Membership, Role
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.names import username_key
from talkoot.chat.messages.events import Notable, NotableSaid
from talkoot.chat.messages.mentioned import Mentioned, names_in
from talkoot.chat.messages.models import Mention

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.messages.actions.commands import Send
    from talkoot.chat.messages.models import Message
    from talkoot.kernel.log import Entry, Event
    from talkoot.kernel.transactions import Tx

_EVERYBODY = ("room", "here")
Named = dict[UUID, Sequence[Mentioned]]
"""Whom messages name, by their ids; those that name nobody are left out."""


async def name_in(tx: Tx, allowed: Sequence[tuple[Send, Grants]], entries: Sequence[Entry]) -> Named:
    """Whom these sends name; their entries say so too. Without an `@` nothing is asked."""
    named: Named = {}
    for (send, grants), entry in zip(allowed, entries, strict=True):
        if "@" in send.text and (mentions := await mentions_in(tx, send.text, grants)):
            named[entry.id] = entry.body["mentions"] = mentions
    return named


async def mentions_in(tx: Tx, text: str, grants: Grants) -> list[Mentioned]:
    """Whom a text names: who may read the room, and, if its author may, roles and all of the room."""
    names = names_in(text) if "@" in text else []
    if not names:
        return []
    people = await _people(tx, grants, names)
    many = Permission.ROOM_MENTION in grants.permissions
    roles = await _roles(tx, grants.workspace) if many and len(people) < len(names) else {}
    found: dict[UUID | str, Mentioned] = {}
    for name in names:
        key = name.casefold()
        if many and key in _EVERYBODY:
            found[key] = Mentioned("room" if key == "room" else "here", grants.resource, key)
        elif (who := people.get(username_key(name)) or roles.get(key)) is not None:
            found[who.id] = who
    return list(found.values())


def as_stored(mentions: Sequence[Mentioned]) -> str | None:
    """How they stand with the message."""
    return msgspec.json.encode(mentions).decode() if mentions else None


async def keep_names(tx: Tx, named: Named, sent: Iterable[tuple[Event, UUID | None, Grants]]) -> None:
    """Store whom messages name that were just appended, and tell of those that may concern somebody."""
    notable = []
    for event, thread, grants in sent:
        mentions = named.get(event.id, ())
        if mentions:
            await _store(tx, mentions, event, event.id, event.seq)
        if mentions or grants.attentive:
            assert event.sender is not None
            about = (event.id, event.log, grants.workspace, thread, event.sender)
            notable.append(Notable(*about, mentions))
    if notable:
        await tx.emit(NotableSaid(notable))


async def name_again(
    tx: Tx, event: Event, message: Message, mentions: Sequence[Mentioned], grants: Grants
) -> None:
    """Store whom a message names since this edit, and tell of those who are new."""
    before: set[tuple[str, UUID]] = set()
    if message.mentions is not None:
        known = msgspec.json.decode(message.mentions, type=list[Mentioned])
        before = {(each.kind, each.id) for each in known}
        await forget_mentions(tx, [message.id])
    message.mentions = as_stored(mentions)
    if mentions:
        await _store(tx, mentions, event, message.id, message.seq)
    if new := [each for each in mentions if (each.kind, each.id) not in before]:
        about = (message.id, message.room_id, grants.workspace, message.thread_id, message.sender_id)
        await tx.emit(NotableSaid([Notable(*about, new, edited=True)]))


async def _store(tx: Tx, mentions: Sequence[Mentioned], event: Event, message: UUID, seq: int) -> None:
    where = {"room_id": event.log, "seq": seq, "message_id": message, "sender_id": event.sender}
    targets = {each.id for each in mentions}
    await tx.connection.execute(insert(Mention), [{"target": target, **where} for target in targets])


async def forget_mentions(tx: Tx, messages: Sequence[UUID]) -> None:
    """These messages name nobody any more."""
    await tx.connection.execute(delete(Mention).where(Mention.message_id.in_(messages)))


async def _people(tx: Tx, grants: Grants, names: Sequence[str]) -> dict[str, Mentioned]:
    """Who may not read the room is nobody here: what is said of a name must not tell that somebody has it."""
    found = await tx.connection.execute(
        select(User.username_key, User.id, User.username)
        .join(Membership, and_(Membership.user_id == User.id, Membership.resource_id == grants.workspace))
        .where(User.username_key.in_({username_key(name) for name in names}))
    )
    people = {row.id: (row.username_key, Mentioned("user", row.id, row.username)) for row in found}
    held = await grants_of_many(tx, [(user, grants.resource) for user in people])
    readers = {each.user for each in held.values() if Permission.ROOM_READ in each.permissions}
    return dict(person for user, person in people.items() if user in readers)


async def _roles(tx: Tx, workspace: UUID) -> dict[str, Mentioned]:
    """By their names, with `-` for what is between words."""
    found = await tx.connection.execute(select(Role.id, Role.name).where(Role.workspace_id == workspace))
    return {"-".join(row.name.casefold().split()): Mentioned("role", row.id, row.name) for row in found}
