"""Naming people in messages: looked up when a text is stored, and kept beside it until it changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select

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
Found = dict[tuple[UUID, str], Mentioned]
"""Who goes by a name, in a room or (roles) a workspace."""


async def name_in(tx: Tx, allowed: Sequence[tuple[Send, Grants]], entries: Sequence[Entry]) -> Named:
    """Whom these sends name; their entries say so too. Without an `@` nothing is asked."""
    named: Named = {}
    found = await _mentions(tx, [(send.text, grants) for send, grants in allowed])
    for entry, mentions in zip(entries, found, strict=True):
        if mentions:
            named[entry.id] = entry.body["mentions"] = mentions
    return named


async def mentions_in(tx: Tx, text: str, grants: Grants) -> list[Mentioned]:
    """Whom a text names: who may read the room, and, if its author may, roles and all of the room."""
    (found,) = await _mentions(tx, [(text, grants)])
    return found


async def _mentions(tx: Tx, texts: Sequence[tuple[str, Grants]]) -> list[list[Mentioned]]:
    """Of each of these texts; all are looked up together."""
    asked = [(names_in(text) if "@" in text else [], grants) for text, grants in texts]
    people = await _people(tx, asked)
    roles = await _roles(
        tx, {grants.workspace for names, grants in asked if _may_mean_roles(names, grants, people)}
    )
    return [_found(names, grants, people, roles) for names, grants in asked]


def _found(names: Sequence[str], grants: Grants, people: Found, roles: Found) -> list[Mentioned]:
    many = Permission.ROOM_MENTION in grants.permissions
    found: dict[UUID | str, Mentioned] = {}
    for name in names:
        key = name.casefold()
        if many and key in _EVERYBODY:
            found[key] = Mentioned("room" if key == "room" else "here", grants.resource, key)
            continue
        who = people.get((grants.resource, username_key(name)))
        if who is None and many:
            who = roles.get((grants.workspace, key))
        if who is not None:
            found[who.id] = who
    return list(found.values())


def _may_mean_roles(names: Sequence[str], grants: Grants, people: Found) -> bool:
    return Permission.ROOM_MENTION in grants.permissions and not all(
        (grants.resource, username_key(name)) in people for name in names
    )


def as_stored(mentions: Sequence[Mentioned]) -> str | None:
    """How they stand with the message."""
    return msgspec.json.encode(mentions).decode() if mentions else None


async def keep_names(tx: Tx, named: Named, sent: Iterable[tuple[Event, UUID | None, Grants]]) -> None:
    """Store whom messages name that were just appended, and tell of those that may concern somebody."""
    notable, rows = [], list[dict[str, Any]]()
    for event, thread, grants in sent:
        mentions = named.get(event.id, ())
        rows += _rows(mentions, event, event.id, event.seq)
        if mentions or grants.attentive:
            assert event.sender is not None
            about = (event.id, event.log, grants.workspace, thread, event.sender)
            notable.append(Notable(*about, mentions))
    if rows:
        await tx.connection.execute(insert(Mention), rows)
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
        await tx.connection.execute(insert(Mention), _rows(mentions, event, message.id, message.seq))
    if new := [each for each in mentions if (each.kind, each.id) not in before]:
        about = (message.id, message.room_id, grants.workspace, message.thread_id, message.sender_id)
        await tx.emit(NotableSaid([Notable(*about, new, edited=True)]))


def _rows(mentions: Sequence[Mentioned], event: Event, message: UUID, seq: int) -> list[dict[str, Any]]:
    where = {"room_id": event.log, "seq": seq, "message_id": message, "sender_id": event.sender}
    return [{"target": target, **where} for target in {each.id for each in mentions}]


async def forget_mentions(tx: Tx, messages: Sequence[UUID]) -> None:
    """These messages name nobody any more."""
    await tx.connection.execute(delete(Mention).where(Mention.message_id.in_(messages)))


async def _people(tx: Tx, asked: Sequence[tuple[Sequence[str], Grants]]) -> Found:
    """Who may not read the room is nobody here: what is said of a name must not tell that somebody has it."""
    keys = {
        (grants.workspace, grants.resource, username_key(name)) for names, grants in asked for name in names
    }
    if not keys:
        return {}
    found = await tx.connection.execute(
        select(User.username_key, User.id, User.username, Membership.resource_id)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.resource_id.in_({workspace for workspace, _, _ in keys}),
            User.username_key.in_({key for _, _, key in keys}),
        )
    )
    members = {(row.resource_id, row.username_key): Mentioned("user", row.id, row.username) for row in found}
    named = {
        (room, key): who
        for workspace, room, key in keys
        if (who := members.get((workspace, key))) is not None
    }
    held = await grants_of_many(tx, {(who.id, room) for (room, _), who in named.items()})
    readers = {pair for pair, each in held.items() if Permission.ROOM_READ in each.permissions}
    return {place: who for place, who in named.items() if (who.id, place[0]) in readers}


async def _roles(tx: Tx, workspaces: Collection[UUID]) -> Found:
    """By their names, with `-` for what is between words."""
    if not workspaces:
        return {}
    found = await tx.connection.execute(
        select(Role.id, Role.name, Role.workspace_id).where(Role.workspace_id.in_(workspaces))
    )
    return {
        (row.workspace_id, "-".join(row.name.casefold().split())): Mentioned("role", row.id, row.name)
        for row in found
    }
