"""Messages, threads and the log over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from msgspec.structs import replace

from talkoot.chat.access.explaining import explained, previewed
from talkoot.chat.access.operations import (
    EXPLAIN_THREAD,
    GET_MESSAGE,
    LIST_EDITS,
    LIST_EVENTS,
    LIST_MESSAGES,
    LIST_THREAD,
    LIST_THREAD_ENTRIES,
    PREVIEW_THREAD_ENTRIES,
)
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import entries_among, lineage_in
from talkoot.chat.access.schemas import Effect, EntriesPreview, EntryList, EntryOut, Explanation
from talkoot.chat.access.views import entry_out, explanation_of
from talkoot.chat.accounts.http_auth import CurrentActor, CurrentReader
from talkoot.chat.messages import queries
from talkoot.chat.messages.access import count_for_room, message_for, thread_for
from talkoot.chat.messages.actions.change import delete_message, edit_message
from talkoot.chat.messages.actions.commands import Edit, Held, Send
from talkoot.chat.messages.actions.entries import replace_thread_entries
from talkoot.chat.messages.actions.send import SEND
from talkoot.chat.messages.schemas import EditOut, EventsOut, HeldSend, MessageOut, MessagePatch, NewMessage
from talkoot.chat.messages.wire import Cursor
from talkoot.chat.rooms.access import may_read_now, room_to_read
from talkoot.chat.rooms.wire import event_json
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.documents import Document
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import UNCHANGED, KernelDep, answer, make_router, problems
from talkoot.kernel.log import heads
from talkoot.kernel.log_tails import catch_up
from talkoot.kernel.paging import Limit, Page
from talkoot.kernel.transactions import Read, Tx

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["messages"])

Position = Annotated[int, Query(ge=0, lt=2**53, description="A position in the room's log (`seq`).")]


@router.post(
    "/rooms/{room}/messages",
    status_code=201,
    response_model=MessageOut,
    responses=problems(Forbidden, Conflict)
    | {
        200: {"model": MessageOut, "description": "It had been sent before, with this cid"},
        202: {"model": HeldSend, "description": "It waits for a moderator: nobody sees it yet"},
    },
)
async def send_message(kernel: KernelDep, actor: CurrentActor, room: UUID, new: NewMessage) -> Response:
    """Send a message; with a `cid` a retry can not send it twice."""
    files = tuple(new.attachments)
    command = Send(actor, room, new.text, new.cid, new.thread, None, files, new.quote, new.title)
    if new.poll is not None:
        command = replace(command, poll=new.poll.asked())
    count_for_room(kernel.rates, kernel.uow.caches, actor, room, new.thread)
    sent = await kernel.uow.submit_to(SEND, command, key=room)
    if isinstance(sent, Held):
        return _waits(sent)
    try:
        async with kernel.uow.read() as read:
            await room_to_read(read, actor, room, LIST_MESSAGES)
            message = await queries.message_json(read, sent.event.id)
    except NotFound:  # they may not see any more what became of it
        async with kernel.uow.read() as read:
            message = await queries.message_as_sent(read, sent.event, new.text, new.thread)
    return Response(message.body, 200 if sent.dup else 201, media_type="application/json")


@router.get("/rooms/{room}/messages", response_model=Page[MessageOut], responses=UNCHANGED)
async def list_messages(
    request: Request,
    kernel: KernelDep,
    actor: CurrentReader,
    room: UUID,
    before: Position | None = None,
    after: Position | None = None,
    around: Position | None = None,
    limit: Limit = 50,
) -> Response:
    """A page of a room's timeline, ascending: the newest, or those before, after or around a position.

    Replies are in their threads and not in the timeline.
    """
    if sum(given is not None for given in (before, after, around)) > 1:
        raise Invalid.field("around", "exclusive", "Give only one of before, after and around")
    caches, cursor = kernel.uow.caches, Cursor(before, after, around, limit)
    page = queries.remembered(caches, room, cursor) if may_read_now(caches, actor, room) else None
    if page is None:
        reading = queries.begin_reading(caches)
        async with kernel.uow.read() as read:
            await room_to_read(read, actor, room, LIST_MESSAGES)
            page = await queries.timeline(read, reading, room, cursor)
    return answer(request, page)


@router.get("/rooms/{room}/events", response_model=EventsOut)
async def list_events(
    kernel: KernelDep, actor: CurrentReader, room: UUID, after: Position = 0, limit: Limit = 200
) -> Response:
    """The room's log itself after a position: everything that changed, for catching up."""
    async with kernel.uow.read() as read:
        await room_to_read(read, actor, room, LIST_EVENTS)
        head = (await heads(read, [room]))[room]
        (events,) = await catch_up(read, [(head, after)], limit)
    start = f'{{"epoch":"{head.epoch}","head":{head.head},"events":['.encode()
    body = b"%b%b]}" % (start, b",".join(map(event_json, events)))
    return Response(body, media_type="application/json")


@router.get("/messages/{message}", response_model=MessageOut, responses=UNCHANGED)
async def get_message(request: Request, kernel: KernelDep, actor: CurrentReader, message: UUID) -> Response:
    """One message."""
    async with kernel.uow.read() as read:
        await message_for(read, actor, GET_MESSAGE, message)
        found = await queries.message_json(read, message)
    return answer(request, found)


@router.patch(
    "/messages/{message}",
    response_model=MessageOut,
    responses=problems(Forbidden, Conflict)
    | {202: {"model": HeldSend, "description": "It waits for a moderator: the text is as it was"}},
)
async def change_message(
    kernel: KernelDep, actor: CurrentActor, message: UUID, patch: MessagePatch
) -> Response:
    """Replace the text of one's own message; a newer text takes the place of one that waits."""

    async def action(tx: Tx) -> Document | Held:
        done = await edit_message(tx, actor, Edit(message, patch.text, patch.cid))
        if isinstance(done, Held):
            return done
        await tx.flush()
        return await queries.message_json(tx, message)

    done = await kernel.uow.run(action)
    return _waits(done) if isinstance(done, Held) else Response(done.body, media_type="application/json")


@router.delete("/messages/{message}", status_code=204, responses=problems(Forbidden))
async def remove_message(kernel: KernelDep, actor: CurrentActor, message: UUID) -> None:
    """Delete a message: its text is gone, an empty place stays in the log."""
    await kernel.uow.run(lambda tx: delete_message(tx, actor, message))


@router.get("/messages/{message}/edits", response_model=Page[EditOut], responses=UNCHANGED)
async def list_edits(
    request: Request,
    kernel: KernelDep,
    actor: CurrentReader,
    message: UUID,
    after: Position = 0,
    limit: Limit = 50,
) -> Response:
    """The texts that a message had, the first one first; whoever reads the room finds them in its log too."""
    async with kernel.uow.read() as read:
        found, _ = await message_for(read, actor, LIST_EDITS, message)
        page = await queries.edits(read, found, after=after, limit=limit)
    return answer(request, page)


@router.get("/messages/{message}/thread", response_model=Page[MessageOut], responses=UNCHANGED)
async def list_thread(
    request: Request,
    kernel: KernelDep,
    actor: CurrentReader,
    message: UUID,
    after: Position = 0,
    limit: Limit = 50,
) -> Response:
    """A message and the replies to it, ascending."""
    async with kernel.uow.read() as read:
        root, _ = await message_for(read, actor, LIST_THREAD, message)
        page = await queries.thread(read, root, after=after, limit=limit)
    return answer(request, page)


@router.get("/messages/{message}/acl", responses=problems(Forbidden))
async def list_entries(kernel: KernelDep, actor: CurrentActor, message: UUID) -> Page[EntryOut]:
    """The access entries of the thread of a message, in the order in which they are read."""
    async with kernel.uow.read() as read:
        await thread_for(read, actor, LIST_THREAD_ENTRIES, message)
        return await _entries(read, message)


@router.put("/messages/{message}/acl", responses=problems(Forbidden, Conflict))
async def replace_entries(
    kernel: KernelDep, actor: CurrentActor, message: UUID, new: EntryList
) -> Page[EntryOut]:
    """Replace the access entries of a thread; without any, whoever may post in the room may answer.

    They are about `room.post` (to answer, and to edit answers), `messages.moderate` (to delete what others
    answered) and `access.manage`: whoever reads the room reads its threads. `members` are those of the room.
    """

    async def action(tx: Tx) -> Page[EntryOut]:
        await replace_thread_entries(tx, actor, message, new.items)
        return await _entries(tx, message)

    return await kernel.uow.run(action)


@router.post("/messages/{message}/acl/preview", responses=problems(Forbidden))
async def preview_entries(
    kernel: KernelDep, actor: CurrentActor, message: UUID, wanted: EntriesPreview
) -> Page[Effect]:
    """What a member may do in a thread now, and would with other entries; nothing is changed."""
    async with kernel.uow.read() as read:
        root, _ = await thread_for(read, actor, PREVIEW_THREAD_ENTRIES, message)
        return Page(items=await previewed(read, await lineage_in(read, root.room_id, message), wanted))


@router.get("/messages/{message}/acl/explain", responses=problems(Forbidden))
async def explain(
    kernel: KernelDep, actor: CurrentActor, message: UUID, user: UUID, permission: Permission
) -> Explanation:
    """Which entry decides whether someone may do this in a thread."""
    async with kernel.uow.read() as read:
        root, grants = await thread_for(read, actor, EXPLAIN_THREAD, message, own=user == actor.user)
        lineage = await lineage_in(read, root.room_id, message)
        found = await explained(read, grants, lineage, user=user, permission=permission)
    return explanation_of(found, user, permission)


def _waits(held: Held) -> Response:
    shown = HeldSend(
        id=held.id, room=held.room, ts=rfc3339(held.ts), state=held.state, dup=held.dup, edits=held.edits
    )
    return Response(shown.model_dump_json(), 202, media_type="application/json")


async def _entries(read: Read, thread: UUID) -> Page[EntryOut]:
    return Page(items=[entry_out(entry) for entry in await entries_among(read, [thread])])
