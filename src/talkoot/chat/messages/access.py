"""The doors to messages and to threads, and how many messages a room takes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.doors import admit
from talkoot.chat.access.grants import grants_of, in_threads, unknown
from talkoot.chat.access.permissions import OF_THREADS, Permission
from talkoot.chat.messages.models import Message
from talkoot.chat.rooms.access import seems_to_post
from talkoot.kernel.errors import Forbidden, Invalid, TalkootError
from talkoot.kernel.limit_book import Rule

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.keyed_rates import QuickRates
    from talkoot.kernel.transactions import Caches, Read

ROOM_MESSAGES = Rule("room.messages", limit=100, period_seconds=1, burst=500)


async def message_for(
    read: Read, actor: Actor, operation: Operation, message_id: UUID
) -> tuple[Message, Grants]:
    """A message with which the actor may do this, and what they may do in its room."""
    message = await read.session.get(Message, message_id)
    if message is None:
        raise unknown(actor.user, "message")
    grants = await grants_of(read, actor.user, message.room_id, exclusive=False)
    here = grants
    if message.thread_id is not None and OF_THREADS & {operation.needs, operation.own}:
        here = await _in_thread(read, grants, message.thread_id)
    try:
        return message, admit(actor, here, operation, own=message.sender_id == actor.user)
    except Forbidden as error:
        raise closed_or(error, grants, here) if operation.own == Permission.ROOM_POST else error from None


async def thread_for(
    read: Read, actor: Actor, operation: Operation, root_id: UUID, *, own: bool = False
) -> tuple[Message, Grants]:
    """The first message of a thread with which the actor may do this, and what they may do in it.

    In a transaction that writes, the rules of the workspace are locked to be changed.
    """
    root = await read.session.get(Message, root_id)
    if root is None:
        raise unknown(actor.user, "thread")
    grants = await _in_thread(read, await grants_of(read, actor.user, root.room_id), root_id)
    grants = admit(actor, grants, operation, own=own)
    if root.thread_id is not None:
        raise Invalid.field("message", "is_reply", "A thread goes by the id of its first message")
    return root, grants


async def place_to_post(
    read: Read, actor: Actor, operation: Operation, room: UUID, thread: UUID | None
) -> Grants:
    """A room, or a thread of it, where the actor may do this; for what is refused as a message would be."""
    grants = await grants_of(read, actor.user, room, exclusive=False)
    root = await read.session.get(Message, thread) if thread is not None else None
    fits = root is not None and root.room_id == room and root.thread_id is None
    here = await _in_thread(read, grants, thread) if thread is not None and fits else grants
    try:
        admitted = admit(actor, here, operation)
    except TalkootError as error:
        raise closed_or(error, grants, here) from None
    if thread is not None and not fits:
        raise no_root()
    return admitted


def no_root() -> Invalid:
    """What is said of a thread that is none of the room."""
    told = "There is no such message in this room that could be replied to"
    return Invalid.field("thread", "unknown", told)


async def _in_thread(read: Read, grants: Grants | None, root: UUID) -> Grants | None:
    """The same in a thread; whether it has entries is read behind the lock under which these hold."""
    if grants is None or not await read.connection.scalar(select(Message.replies).where(Message.id == root)):
        return grants
    return (await in_threads(read, [(grants, root)]))[0]


def closed_or(error: TalkootError, room: Grants | None, here: Grants | None) -> TalkootError:
    """Whom only the entries of a thread keep from answering is told so, and not that they may not post."""
    kept = (
        room is not None and here is not None and Permission.ROOM_POST in room.permissions - here.permissions
    )
    if kept and isinstance(error, Forbidden):
        return Forbidden("This thread is closed for replies", code="thread_closed")
    return error


def count_for_room(rates: QuickRates, caches: Caches, actor: Actor, room: UUID, thread: UUID | None) -> None:
    """Count a message to a room, or raise RateLimited; of strangers nothing counts, who could shut it."""
    if seems_to_post(caches, actor, room) or (thread and _seems_to_answer(caches, actor, room, thread)):
        rates.require(ROOM_MESSAGES, room)


def _seems_to_answer(caches: Caches, actor: Actor, room: UUID, thread: UUID) -> bool:
    """Whether it is remembered that they may answer where the room alone would not let them."""
    grants = caches.of(AccessCache).get(thread, actor.user)
    return grants is not None and grants.room == room and Permission.ROOM_POST in grants.permissions
