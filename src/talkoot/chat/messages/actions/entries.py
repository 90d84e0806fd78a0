"""Entries of a thread: who may answer in it, and who may delete what others answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec.structs import replace

from talkoot.chat.access.actions import add_resource, set_entries
from talkoot.chat.access.administration import put_entries
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.operations import REPLACE_THREAD_ENTRIES
from talkoot.chat.access.permissions import OF_THREADS, Permission
from talkoot.chat.access.queries import kinds_of
from talkoot.chat.access.schemas import NewEntry
from talkoot.chat.messages.access import thread_for
from talkoot.chat.messages.actions.send import thread_entry
from talkoot.kernel import log
from talkoot.kernel.errors import FieldError, Invalid

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.models import Message
    from talkoot.kernel.transactions import Tx

_ALL = {"members", "authenticated", "everyone"}
_NOBODY_ANSWERS = NewEntry(allow=False, principal="everyone", permissions=frozenset({Permission.ROOM_POST}))
_ONLY = (
    "Whoever reads a room reads its threads, so their entries are about room.post, messages.moderate and"
    " access.manage alone: what only some may read belongs into a private room"
)


async def replace_thread_entries(tx: Tx, actor: Actor, root_id: UUID, entries: Sequence[NewEntry]) -> None:
    """Set the entries of a thread, and tell the room; Invalid if one is about what is decided in the room.

    A thread is a node of the tree from its first entry on, and stays one.
    """
    root, room = await thread_for(tx, actor, REPLACE_THREAD_ENTRIES, root_id)
    _refuse_what_is_of_rooms(entries)
    await _as_node(tx, root, room)
    grants = await grants_of(tx, actor.user, root.id)
    assert grants is not None
    version = await put_entries(tx, actor, grants, entries)
    await _tell(tx, root, replace(room, version=version), entries)


async def close_thread(tx: Tx, root: Message, room: Grants, *, closed: bool) -> None:
    """Let nobody answer in a thread any more, or again whoever may post in its room.

    Whoever calls this may do so, and holds the lock on the workspace's rules to change them.
    """
    await _as_node(tx, root, room)
    entries = [_NOBODY_ANSWERS] if closed else []
    version = await set_entries(tx, root.id, entries, workspace=room.workspace)
    await _tell(tx, root, replace(room, version=version), entries)


async def _as_node(tx: Tx, root: Message, room: Grants) -> None:
    await log.lock(tx, [root.room_id])
    await tx.session.refresh(root)
    if not await kinds_of(tx, [root.id]):
        await add_resource(tx, root.id, "thread", workspace=room.workspace, parent=root.room_id)


async def _tell(tx: Tx, root: Message, room: Grants, entries: Sequence[NewEntry]) -> None:
    root.replies = _replies(entries)
    await tx.flush()
    told = thread_entry(root.room_id, root.id, root.reply_count, root.last_reply_at, room)
    told.sender, told.body = room.user, {**told.body, "replies": root.replies}
    await log.append(tx, [told])


def _replies(entries: Sequence[NewEntry]) -> str | None:
    """How it is shown: closed where the first entry about all who could answer denies it."""
    if not entries:
        return None
    about_all = (e for e in entries if e.principal in _ALL and Permission.ROOM_POST in e.permissions)
    return "by_entries" if next((entry.allow for entry in about_all), True) else "closed"


def _refuse_what_is_of_rooms(entries: Sequence[NewEntry]) -> None:
    wrong = tuple(
        FieldError(f"items.{number}.permissions", "not_of_threads", _ONLY)
        for number, entry in enumerate(entries)
        if entry.permissions - OF_THREADS
    )
    if wrong:
        raise Invalid(_ONLY, fields=wrong)
