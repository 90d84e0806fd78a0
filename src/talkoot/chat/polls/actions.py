"""Voting, taking votes back, and the end of polls: rows, numbers and the event, in one transaction."""

from __future__ import annotations

import secrets as randomness
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from talkoot.chat.access.grants import versions_of
from talkoot.chat.access.operations import CLOSE_POLL, UNVOTE, VOTE
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.actions.change import hold
from talkoot.chat.messages.actions.commands import Sent
from talkoot.chat.messages.actions.erase import Erasing
from talkoot.chat.messages.events import OwnChanged
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.polled import as_stored
from talkoot.chat.polls.models import PollKey, PollVote
from talkoot.chat.polls.queries import anonymous_voter, poll_of, votes_by
from talkoot.chat.rooms.models import Room
from talkoot.kernel import jobs, log
from talkoot.kernel.audit import Act, record
from talkoot.kernel.clock import from_text, rfc3339
from talkoot.kernel.errors import Conflict, Invalid
from talkoot.kernel.ids import new_id
from talkoot.kernel.moments import current_moment
from talkoot.kernel.sealing import seal
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.actions.send import Rules
    from talkoot.chat.messages.events import PollSent, PollsErased
    from talkoot.chat.messages.polled import Polled
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Tx

CLOSE_DUE = "polls.close"
_VOTED, _CLOSED = "poll.voted", "poll.closed"


class Vote(Value, frozen=True):
    """The options that somebody votes for, in place of what they voted for before; none takes it back."""

    message: UUID
    options: frozenset[int] = frozenset()


async def open_poll(secrets: Secrets, tx: Tx, sent: PollSent) -> None:
    """A poll was sent: it closes when it is to, and of an anonymous one voters get names of their own."""
    if sent.poll.anonymous:
        key = seal(secrets, PollKey.key, sent.message, randomness.token_hex(32))
        await tx.connection.execute(insert(PollKey), [{"message_id": sent.message, "key": key}])
    await close_in_time(tx, sent.message, sent.poll)


async def close_in_time(tx: Tx, message: UUID, poll: Polled) -> None:
    """Have an open poll closed when it is to, if it is."""
    if poll.closes_at is not None and poll.closed_at is None:
        at = from_text(poll.closes_at)
        await jobs.enqueue(tx, CLOSE_DUE, {"message": str(message)}, run_at=at)


async def vote(tx: Tx, secrets: Secrets, actor: Actor, wish: Vote) -> Sent:
    """Vote, or take one's vote back; `dup`, with the place of the message, if that is so already.

    Conflict when the poll is closed.
    """
    message, grants = await message_for(tx, actor, VOTE if wish.options else UNVOTE, wish.message)
    await hold(tx, message)
    poll = poll_of(message)
    await _check(tx, poll, wish)
    unnamed = await anonymous_voter(tx, secrets, message.id, actor.user) if poll.anonymous else None
    if poll.anonymous and unnamed is None:
        raise Conflict(
            "This poll came from another server, and nobody knows here who voted", code="poll_elsewhere"
        )
    before = await votes_by(tx, message, poll, unnamed or actor.user)
    if before.keys() == wish.options:
        (event,) = await log.events_after(tx, message.room_id, message.seq - 1, 1)
        return Sent(event, dup=True)
    voter = unnamed or next(iter(before.values()), None) or new_id()
    await _keep(tx, message, voter, (frozenset(before), wish.options), None if poll.anonymous else actor.user)
    counts = [
        option.votes + (number in wish.options) - (number in before)
        for number, option in enumerate(poll.options)
    ]
    voters = poll.voters + bool(wish.options) - bool(before)
    entry = _entry(message, _VOTED, grants, None)
    event = await _tell(tx, message, poll.standing(counts, voters, None), entry)
    told = {"message": message.id, "options": sorted(wish.options)}
    await tx.emit(OwnChanged(actor.user, "vote", told))
    return Sent(event, dup=False)


async def close_poll(tx: Tx, actor: Actor, message_id: UUID) -> Message:
    """Take no more votes; once more changes nothing. What a moderator closes is in the audit log."""
    message, grants = await message_for(tx, actor, CLOSE_POLL, message_id)
    await hold(tx, message)
    poll = poll_of(message)
    if poll.closed_at is None:
        if message.sender_id != actor.user:
            whose = {"sender": message.sender_id, "seq": message.seq}
            act = Act("poll.closed", grants.workspace, message.id, message.room_id, whose)
            await record(tx, actor, act)
        await _close(tx, message, poll, grants, actor.user)
    return message


async def close_due(tx: Tx, message_id: UUID) -> None:
    """The time of a poll has come; nothing happens if it is closed by now, or its message deleted."""
    found = select(Room.workspace_id, Room.id).join(Message, Message.room_id == Room.id)
    place = (await tx.connection.execute(found.where(Message.id == message_id))).one()
    version = (await versions_of(tx, [place.workspace_id]))[place.workspace_id]
    message = await tx.session.get_one(Message, message_id)
    await hold(tx, message)
    if message.deleted_at is None and (poll := poll_of(message)).closed_at is None:
        await _close(tx, message, poll, Erasing(place.workspace_id, place.id, None, version), None)


async def forget_polls(tx: Tx, erased: PollsErased) -> None:
    """With a message its votes are deleted."""
    for table in (PollVote, PollKey):
        await tx.connection.execute(delete(table).where(table.message_id.in_(erased.messages)))


async def forget_votes_of(tx: Tx, person: UUID) -> None:
    """What somebody voted for counts on, and nobody knows any more who that was."""
    await tx.connection.execute(update(PollVote).where(PollVote.user_id == person).values(user_id=None))


async def _check(tx: Tx, poll: Polled, wish: Vote) -> None:
    due = poll.closes_at is not None and poll.closes_at <= rfc3339(
        await current_moment(tx.connection, tx.now)
    )
    if poll.closed_at is not None or due:
        raise Conflict("This poll is closed", code="poll_closed")
    if any(number >= len(poll.options) for number in wish.options):
        raise Invalid.field("options", "unknown", f"This poll has {len(poll.options)} options")
    if len(wish.options) > 1 and not poll.multiple:
        raise Invalid.field("options", "too_many", "In this poll one votes for one option")


async def _keep(
    tx: Tx,
    message: Message,
    voter: UUID,
    change: tuple[frozenset[int], frozenset[int]],
    user: UUID | None,
) -> None:
    """The rows of one voter: those for options that are not wanted any more go, new ones come."""
    before, wanted = change
    if gone := before - wanted:
        theirs = (PollVote.message_id == message.id, PollVote.voter == voter)
        await tx.connection.execute(delete(PollVote).where(*theirs, PollVote.option.in_(gone)))
    if new := wanted - before:
        same = {"message_id": message.id, "voter": voter, "user_id": user}
        await tx.connection.execute(insert(PollVote), [{**same, "option": number} for number in sorted(new)])


async def _close(tx: Tx, message: Message, poll: Polled, rules: Rules, by: UUID | None) -> None:
    counts = [option.votes for option in poll.options]
    await tx.connection.execute(delete(PollKey).where(PollKey.message_id == message.id))
    now = poll.standing(counts, poll.voters, rfc3339(tx.now))
    await _tell(tx, message, now, _entry(message, _CLOSED, rules, by))


def _entry(message: Message, type_: str, rules: Rules, by: UUID | None) -> log.Entry:
    """The event, still without how the poll stands. Who voted is in none: it is read by all, for ever."""
    return log.Entry(
        log=message.room_id,
        type=type_,
        body={},
        sender=by,
        subject=message.id,
        fence=rules.version,
        scope=rules.workspace,
    )


async def _tell(tx: Tx, message: Message, now: Polled, entry: log.Entry) -> log.Event:
    message.poll = as_stored(now)
    entry.body = {"message": message.id, **now.told()}
    (event,) = await log.append(tx, [entry])
    await tx.flush()
    return event
