"""The operations `send`, `edit` and `delete`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from talkoot.chat.accounts.actors import actor_of
from talkoot.chat.messages.access import count_for_room
from talkoot.chat.messages.actions.change import delete_message, edit_message
from talkoot.chat.messages.actions.commands import Edit, Held, Send, Sent
from talkoot.chat.messages.actions.send import SEND
from talkoot.chat.messages.frames import Ack, DeleteFrame, EditFrame, HeldFrame, SendFrame
from talkoot.chat.messages.schemas import FILES, TEXT, NewPoll, text_with
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import FieldError, Invalid
from talkoot.realtime.operations import Later, Operation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from talkoot.chat.messages.frames import PollWish
    from talkoot.chat.messages.polled import Polled
    from talkoot.kernel.keyed_rates import QuickRates
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.connection import Connection


M = TypeVar("M", bound=BaseModel)


def operations(uow: UnitOfWork, rates: QuickRates) -> list[Operation]:
    """What messages can do on the socket."""
    return [
        Operation("send", SendFrame, partial(_send, uow, rates), refusal="nack"),
        Operation("edit", EditFrame, partial(_edit, uow), refusal="nack"),
        Operation("delete", DeleteFrame, partial(_delete, uow), refusal="nack"),
    ]


def _send(uow: UnitOfWork, rates: QuickRates, connection: Connection, frame: SendFrame) -> Later:
    poll = _asked(frame.poll) if frame.poll is not None else None
    said = poll.question if poll is not None and not frame.text.strip() else frame.text
    text = _checked(said, frame.attachments, frame.quote)
    actor, files = actor_of(connection), frame.attachments
    command = Send(actor, frame.room, text, frame.cid, frame.thread, None, files, frame.quote, None, poll)
    count_for_room(rates, uow.caches, command.actor, command.room, command.thread)
    return Later(partial(uow.post, SEND, command, frame.room), partial(_sent, cid=frame.cid))


async def _edit(uow: UnitOfWork, connection: Connection, frame: EditFrame) -> Ack | HeldFrame:
    actor, edit = actor_of(connection), Edit(frame.message, _checked(frame.text), frame.cid)
    return _sent(await uow.run(lambda tx: edit_message(tx, actor, edit)), frame.cid)


async def _delete(uow: UnitOfWork, connection: Connection, frame: DeleteFrame) -> Ack:
    actor = actor_of(connection)
    return acknowledged(await uow.run(lambda tx: delete_message(tx, actor, frame.message)), frame.cid)


def _sent(outcome: Sent | Held, cid: UUID | None) -> Ack | HeldFrame:
    if isinstance(outcome, Sent):
        return acknowledged(outcome, cid)
    held = outcome
    ts = rfc3339(held.ts)
    return HeldFrame(held.room, held.id, ts, held.state, held.dup, cid=cid, edits=held.edits)


def acknowledged(sent: Sent, cid: UUID | None) -> Ack:
    """The answer to a change that is stored."""
    event = sent.event
    return Ack(room=event.log, seq=event.seq, id=event.id, ts=rfc3339(event.ts), dup=sent.dup, cid=cid)


def _asked(wish: PollWish) -> Polled:
    return well_formed(NewPoll, msgspec.structs.asdict(wish), "poll").asked()


def well_formed(model: type[M], wish: Mapping[str, Any], *within: str) -> M:
    """What a frame says, or a part of it, as HTTP takes it; Invalid tells the fields, `within` that part."""
    try:
        return model.model_validate(wish)
    except ValidationError as error:
        wrong = [
            FieldError(".".join([*within, *map(str, each["loc"])]), each["type"], each["msg"])
            for each in error.errors()
        ]
        names = ", ".join(each.field for each in wrong)
        raise Invalid(f"Not acceptable: {names}", fields=tuple(wrong)) from None


def _checked(text: str, attachments: Collection[UUID] = (), quote: UUID | None = None) -> str:
    if len(attachments) > FILES:
        raise Invalid.field("attachments", "too_long", f"A message has at most {FILES} files")
    if len(text) > TEXT:
        raise Invalid.field("text", "too_long", f"A message has at most {TEXT} characters")
    try:
        return text_with(text, [*attachments, quote])
    except ValueError as error:
        raise Invalid.field("text", "not_acceptable", str(error)) from None
