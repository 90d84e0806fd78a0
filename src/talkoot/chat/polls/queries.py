"""Reading polls: what one voted for oneself, and who voted for an option of an open one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.schemas import PublicUser
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.polled import poll_in
from talkoot.chat.messages.schemas import PollShown
from talkoot.chat.polls.models import PollKey, PollVote
from talkoot.chat.polls.schemas import PollState
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from talkoot.kernel.paging import Page
from talkoot.kernel.sealing import unseal

if TYPE_CHECKING:
    from talkoot.chat.messages.polled import Polled
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Read


def poll_of(message: Message) -> Polled:
    """The poll of a message. Conflict if it has none."""
    if message.deleted_at is not None:
        raise NotFound("This message was deleted")
    if message.poll is None:
        raise Conflict("This message has no poll", code="no_poll")
    return poll_in(message.poll)


async def votes_of(
    read: Read, secrets: Secrets, message: Message, poll: Polled, user: UUID
) -> dict[int, UUID] | None:
    """What somebody voted for, and as which voter; None where that can not be known any more."""
    who = await anonymous_voter(read, secrets, message.id, user) if poll.anonymous else user
    return None if who is None else await votes_by(read, message, poll, who)


async def votes_by(read: Read, message: Message, poll: Polled, who: UUID) -> dict[int, UUID]:
    """What a user voted for, or, if it is anonymous, a voter, and as which voter."""
    theirs: ColumnElement[bool] = PollVote.user_id == who
    if poll.anonymous:
        theirs = (PollVote.voter == who) & PollVote.option.in_(range(len(poll.options)))
    found = await read.connection.execute(
        select(PollVote.option, PollVote.voter).where(PollVote.message_id == message.id, theirs)
    )
    return {row.option: row.voter for row in found}


async def anonymous_voter(read: Read, secrets: Secrets, message: UUID, user: UUID) -> UUID | None:
    """As whom somebody votes in an anonymous poll; None when it is closed, or came from another server."""
    sealed: bytes | None = await read.connection.scalar(
        select(PollKey.key).where(PollKey.message_id == message)
    )
    if sealed is None:
        return None
    key = bytes.fromhex(unseal(secrets, PollKey.key, message, sealed))
    return UUID(bytes=hashlib.blake2b(user.bytes, key=key, digest_size=16).digest())


async def state_of(read: Read, secrets: Secrets, message: Message, user: UUID) -> PollState:
    """A poll as it stands, and what one voted for."""
    poll = poll_of(message)
    votes = await votes_of(read, secrets, message, poll, user)
    shown = PollShown.model_validate_json(message.poll or "")
    return PollState(message=message.id, poll=shown, mine=sorted(votes) if votes is not None else None)


async def voters_for(
    read: Read, message: Message, option: int, after: UUID | None, limit: int
) -> Page[PublicUser]:
    """Who voted for an option, in the order in which they first did. Forbidden in anonymous polls."""
    poll = poll_of(message)
    if poll.anonymous:
        raise Forbidden("In this poll nobody is told who voted", code="anonymous_poll")
    if option >= len(poll.options):
        raise Invalid.field("option", "unknown", "This poll has no such option")
    query = (
        select(PollVote.voter, User.id, User.username, User.display_name, User.bot)
        .join(User, User.id == PollVote.user_id)
        .where(PollVote.message_id == message.id, PollVote.option == option)
        .order_by(PollVote.voter)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(PollVote.voter > after)
    found = (await read.connection.execute(query)).all()
    items = [
        PublicUser(id=row.id, username=row.username, display_name=row.display_name, bot=row.bot)
        for row in found[:limit]
    ]
    return Page(items=items, next=str(found[limit - 1].voter) if len(found) > limit else None)


async def own_votes(read: Read, person: UUID) -> list[dict[str, Any]]:
    """What somebody voted for in polls that tell who did, for their own data."""
    found = await read.connection.execute(
        select(Message.room_id, PollVote.message_id, PollVote.option, Message.poll)
        .join(Message, Message.id == PollVote.message_id)
        .where(PollVote.user_id == person)
        .order_by(PollVote.message_id, PollVote.option)
    )
    return [
        {"room": room, "message": message, "option": poll_in(poll).options[option].text}
        for room, message, option, poll in found
        if poll is not None
    ]
