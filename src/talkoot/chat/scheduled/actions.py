"""Scheduling messages, changing one's mind, and sending them when their time has come."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select

from talkoot.chat.access.operations import SCHEDULE
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.files.actions.carrying import carry, release
from talkoot.chat.files.models import KEPT
from talkoot.chat.messages.access import no_root
from talkoot.chat.messages.actions.attach import take_files
from talkoot.chat.messages.actions.commands import Send
from talkoot.chat.messages.actions.poll import refusal_of_end
from talkoot.chat.messages.actions.quote import take_quotes
from talkoot.chat.messages.actions.send import send_messages
from talkoot.chat.messages.events import OwnChanged
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.polled import as_stored, poll_in
from talkoot.chat.rooms.access import room_to_read
from talkoot.chat.scheduled.models import ScheduledMessage
from talkoot.kernel import jobs
from talkoot.kernel.clock import DAY, SECOND
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TalkootError
from talkoot.kernel.ids import new_id
from talkoot.kernel.moments import current_moment
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.messages.polled import Polled
    from talkoot.kernel.transactions import Tx

SEND_SCHEDULED, SEND_WITH_MORE = "scheduled.send", "scheduled.send_with_more"
SCHEDULED = 100  # of one person
WAITING, REFUSED = "waiting", "refused"
_FURTHEST = 366 * DAY
_PATIENCE = DAY  # for so long it is tried again where that may help
_AGAIN = 30 * SECOND


class Schedule(Value, frozen=True):
    """What is to be sent where and when (microseconds since the epoch)."""

    room: UUID
    text: str
    at: int
    thread: UUID | None = None
    attachments: tuple[UUID, ...] = ()
    quote: UUID | None = None
    poll: Polled | None = None


class Change(Value, frozen=True):
    """Another text, time, or other files; what is None stays."""

    text: str | None
    at: int | None
    attachments: tuple[UUID, ...] | None


async def schedule(tx: Tx, actor: Actor, wish: Schedule) -> ScheduledMessage:
    """Write a message down to be sent later. Conflict where no more fit, Invalid for what it can not have."""
    grants = await room_to_read(tx, actor, wish.room, SCHEDULE)
    await _check_time(tx, wish.at, wish.poll)
    if wish.thread is not None:
        root = await tx.session.get(Message, wish.thread)
        if root is None or root.room_id != wish.room or root.thread_id is not None:
            raise no_root()
    mine = select(func.count()).select_from(ScheduledMessage).where(ScheduledMessage.user_id == actor.user)
    if (await tx.connection.scalar(mine) or 0) >= SCHEDULED:
        raise Conflict(f"You have {SCHEDULED} scheduled messages already: remove one first", code="too_many")
    made = ScheduledMessage(
        id=new_id(),
        user_id=actor.user,
        room_id=wish.room,
        thread_id=wish.thread,
        cid=new_id(),
        text=wish.text,
        due_at=wish.at,
        state=WAITING,
        quote_id=wish.quote,
        poll=as_stored(wish.poll) if wish.poll is not None else None,
    )
    tx.session.add(made)
    if wish.quote is not None:
        _, refused = await take_quotes(tx, {0: _as_send(made, actor)}, [grants])
        _raise_first(refused)
    await _keep_files(tx, made, actor, wish.attachments)
    await _written(tx, made)
    return made


async def reschedule(tx: Tx, actor: Actor, scheduled_id: UUID, change: Change) -> ScheduledMessage:
    """Change what is not sent yet; one that was refused waits again with a new time."""
    made = await _own(tx, actor, scheduled_id)
    await room_to_read(tx, actor, made.room_id, SCHEDULE)
    if change.at is not None:
        await _check_time(tx, change.at, _poll_of(made))
        made.due_at, made.state, made.code, made.reason = change.at, WAITING, None, None
    if change.text is not None:
        made.text = change.text
    if change.attachments is not None:
        await release(tx, made.id, KEPT)
        await _keep_files(tx, made, actor, change.attachments)
    if not (made.text or made.attachments or made.quote_id):
        raise Invalid.field("text", "missing", "Nothing of it is left: give it a text, or files")
    await _written(tx, made)
    return made


async def unschedule(tx: Tx, actor: Actor, scheduled_id: UUID) -> None:
    """Do not send it; where it is not there any more, it was sent or removed."""
    made = await _own(tx, actor, scheduled_id)
    await release(tx, made.id, KEPT)
    await tx.session.delete(made)
    await tx.flush()
    await _tell(tx, made, "removed")


async def send_due(tx: Tx, scheduled_id: UUID) -> None:
    """Send it in its author's name, if they may do so now; a refusal is kept, and they are told.

    What was sent, removed or put off meanwhile is left alone. What was refused for a while is tried again.
    """
    made = await _locked(tx, scheduled_id)
    now = await current_moment(tx.connection, tx.now)
    if made is None or made.state != WAITING or made.due_at > now:
        return
    outcome = await _send(tx, made)
    if not isinstance(outcome, TalkootError):
        await tx.session.delete(made)
        await tx.flush()
        await _tell(tx, made, "sent")
    elif outcome.retryable and now < made.due_at + _PATIENCE:
        wait = max(_AGAIN, round((outcome.retry_after or 0) * SECOND))
        await jobs.enqueue(tx, _kind_of(made), {"scheduled": str(made.id)}, run_at=now + wait)
    else:
        made.state, made.code, made.reason = REFUSED, outcome.code, outcome.detail
        if any(error.field == "quote" for error in outcome.fields):
            made.code, made.quote_id = "quote_gone", None  # with a new time it is sent without
        await tx.flush()
        await _tell(tx, made, REFUSED)


async def forget_scheduled_of(tx: Tx, user: UUID) -> None:
    """Nothing is sent any more of what somebody wrote for later."""
    await tx.connection.execute(delete(ScheduledMessage).where(ScheduledMessage.user_id == user))


async def _send(tx: Tx, made: ScheduledMessage) -> object:
    author = await user_with_id(tx, made.user_id)
    if author.deactivated_at is not None:
        return Forbidden("The account is closed")
    actor = Actor(author.id, author.username, NO_SESSION, author.bot)
    wanted, there = _files_of(made), set(await release(tx, made.id, KEPT))
    left = tuple(file for file in wanted if file in there)
    outcome: object
    if len(left) < len(wanted):
        made.attachments = _stored(left)
        outcome = Conflict(
            f"{len(wanted) - len(left)} of its {len(wanted)} files are not there any more: with another time"
            " it is sent without them",
            code="file_gone",
        )
    else:
        (outcome,) = await send_messages(tx, [_as_send(made, actor)])
    if isinstance(outcome, TalkootError) and left:
        await carry(tx, [(file, made.id) for file in left], KEPT)
    return outcome


def _as_send(made: ScheduledMessage, actor: Actor) -> Send:
    return Send(
        actor,
        made.room_id,
        made.text,
        made.cid,
        made.thread_id,
        attachments=_files_of(made),
        quote=made.quote_id,
        poll=_poll_of(made),
    )


async def _keep_files(tx: Tx, made: ScheduledMessage, actor: Actor, files: tuple[UUID, ...]) -> None:
    """These are its files from now on, and can be sent with nothing else."""
    made.attachments = _stored(files)
    _, refused = await take_files(tx, {0: _as_send(made, actor)})
    _raise_first(refused)
    if files:
        await carry(tx, [(file, made.id) for file in files], KEPT)


def _raise_first(refused: dict[int, TalkootError]) -> None:
    for error in refused.values():
        raise error


def _files_of(made: ScheduledMessage) -> tuple[UUID, ...]:
    return msgspec.json.decode(made.attachments, type=tuple[UUID, ...]) if made.attachments else ()


def _stored(files: tuple[UUID, ...]) -> str | None:
    return msgspec.json.encode(files).decode() if files else None


def _poll_of(made: ScheduledMessage) -> Polled | None:
    return poll_in(made.poll) if made.poll is not None else None


async def _check_time(tx: Tx, at: int, poll: Polled | None) -> None:
    now = await current_moment(tx.connection, tx.now)
    if not now < at <= now + _FURTHEST:
        raise Invalid.field("at", "out_of_range", "A message is sent later than now, and within a year")
    if poll is not None and (refusal := refusal_of_end(poll, at)) is not None:
        raise refusal


async def _written(tx: Tx, made: ScheduledMessage) -> None:
    await tx.flush()
    if made.state == WAITING:  # an earlier job finds nothing to do
        await jobs.enqueue(tx, _kind_of(made), {"scheduled": str(made.id)}, run_at=made.due_at)
    await _tell(tx, made, made.state)


def _kind_of(made: ScheduledMessage) -> str:
    """A program of the version before knows texts only: it leaves the other kind to those that know more."""
    return SEND_WITH_MORE if made.attachments or made.quote_id or made.poll else SEND_SCHEDULED


async def _own(tx: Tx, actor: Actor, scheduled_id: UUID) -> ScheduledMessage:
    made = await _locked(tx, scheduled_id)
    if made is None or made.user_id != actor.user:
        raise NotFound("There is no such scheduled message: it may have been sent")
    return made


async def _locked(tx: Tx, scheduled_id: UUID) -> ScheduledMessage | None:
    return await tx.session.get(ScheduledMessage, scheduled_id, with_for_update=True, populate_existing=True)


async def _tell(tx: Tx, made: ScheduledMessage, state: str) -> None:
    told = {"scheduled": made.id, "room": made.room_id, "state": state, "reason": made.reason}
    await tx.emit(OwnChanged(made.user_id, "scheduled", told))
