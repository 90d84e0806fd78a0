"""Read positions over HTTP."""

from __future__ import annotations

from uuid import UUID

from talkoot.chat.access.operations import GET_READ_BY, LIST_READERS
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.messages.access import message_for
from talkoot.chat.reads.actions import MARK_READ, MarkRead, choose_to_share, mark_unread
from talkoot.chat.reads.queries import shares, unreads_of
from talkoot.chat.reads.readers import read_by, readers_of, shown
from talkoot.chat.reads.schemas import (
    ReadBy,
    ReadChoiceOut,
    Reader,
    ReadersOut,
    ReadTo,
    UnreadFrom,
    UnreadOut,
)
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page

router = make_router(NotAuthenticated, tags=["reads"])


@router.put("/rooms/{room}/read", responses=problems(NotFound, Invalid))
async def read_to(kernel: KernelDep, actor: CurrentActor, room: UUID, to: ReadTo) -> UnreadOut:
    """One has read a room up to a position; positions only move forward."""
    return await kernel.uow.submit_to(MARK_READ, MarkRead(actor, room, to.seq), key=room)


@router.put("/rooms/{room}/unread", responses=problems(NotFound, Invalid))
async def unread_from(kernel: KernelDep, actor: CurrentActor, room: UUID, begin: UnreadFrom) -> UnreadOut:
    """Count what one has read of a room as unread again, from a position on, until one reads it again."""
    return await kernel.uow.run(lambda tx: mark_unread(tx, actor, room, begin.seq), key=room)


@router.get("/unreads")
async def list_unreads(kernel: KernelDep, actor: CurrentActor) -> Page[UnreadOut]:
    """What is unread, for every room that one is a member of."""
    async with kernel.uow.read() as read:
        return Page(items=await unreads_of(read, actor))


@router.get("/rooms/{room}/readers", responses=problems(NotFound))
async def list_readers(kernel: KernelDep, actor: CurrentActor, room: UUID) -> ReadersOut:
    """How far others have read a small room: shared among those who share it, and with nobody else."""
    async with kernel.uow.read() as read:
        await room_to_read(read, actor, room, LIST_READERS)
        readers = await readers_of(read, room, kernel.settings.read_by_members)
    others = {
        user: Reader(seq=at.seq, since=rfc3339(at.joined_at))
        for user, at in readers.shared_with(actor.user).items()
    }
    return ReadersOut(shared=actor.user in readers.positions, readers=others)


@router.get("/messages/{message}/read-by", responses=problems(NotFound))
async def get_read_by(kernel: KernelDep, actor: CurrentActor, message: UUID) -> ReadBy:
    """Who has read a message of a small room; of replies in threads that is not shared."""
    async with kernel.uow.read() as read:
        found, _ = await message_for(read, actor, GET_READ_BY, message)
        readers = await readers_of(read, found.room_id, kernel.settings.read_by_members)
        shared = actor.user in readers.positions and found.thread_id is None
        people = [user for user in read_by(readers, found) if user != actor.user] if shared else []
        return ReadBy(shared=shared, items=await shown(read, people))


@router.get("/users/me/reads")
async def get_read_choice(kernel: KernelDep, actor: CurrentActor) -> ReadChoiceOut:
    """Whether one shares what one has read with others, and they theirs with oneself."""
    async with kernel.uow.read() as read:
        return ReadChoiceOut(share=await shares(read, actor.user))


@router.patch("/users/me/reads", responses=problems(Invalid))
async def change_read_choice(kernel: KernelDep, actor: CurrentActor, choice: ReadChoiceOut) -> ReadChoiceOut:
    """Say whether one shares what one has read; with who does not, nobody shares either."""
    await kernel.uow.run(lambda tx: choose_to_share(tx, actor, share=choice.share), key=actor.user)
    return choice
