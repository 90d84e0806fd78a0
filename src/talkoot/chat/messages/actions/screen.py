"""Rules of a room, asked before a message is in it: slow mode, and what a moderator is to see first.

In a room of posts they are about the answers: who may publish there is decided by a permission.

A room without rules costs nothing here. In one with rules the room's log is locked first: whoever sends at
the same moment on another server, or by another way, waits and then sees what was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import field
from sqlalchemy import func, literal, select

from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import role_in
from talkoot.chat.messages.actions.commands import Held, Send
from talkoot.chat.messages.events import ToDecide, What
from talkoot.chat.messages.models import HeldMessage, HeldState, Message, RoomRules, RoomSender
from talkoot.chat.messages.polled import as_stored
from talkoot.chat.messages.words import has_link, word_list
from talkoot.kernel import log
from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import Conflict, RateLimited, TalkootError
from talkoot.kernel.ids import new_id
from talkoot.kernel.upsert import insert_into
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.messages.actions.quote import Quotes
    from talkoot.kernel.transactions import Read, Tx

_LOOKED_BACK = 2000  # events: who is among those who wrote them is no newcomer

_Key = tuple[UUID, UUID]


class _Sender(State):
    """When somebody last sent to a room, and how many messages got through; None: not counted yet."""

    last_at: int | None = None
    passed: int | None = None


class _Author(State):
    """Who wants to say something where: what the rules ask about."""

    room: UUID
    user: UUID
    workspace: UUID
    sender: _Sender


class _Desk(State):
    """What is known while a batch is looked at."""

    rules: dict[UUID, RoomRules]
    earlier: dict[_Key, HeldMessage]
    senders: dict[_Key, _Sender]
    quotes: Quotes = field(default_factory=dict)
    touched: set[_Key] = field(default_factory=set)


def is_watched(grants: Grants | None) -> bool:
    """Whether there are rules for this person there: moderators pass."""
    return grants is not None and grants.moderated and Permission.MESSAGES_MODERATE not in grants.permissions


async def screen(
    tx: Tx, sends: Mapping[int, Send], grants: Sequence[Grants | None], quotes: Quotes
) -> dict[int, Held | TalkootError]:
    """Those that are not to be appended, by their number: held, or refused with how long to wait."""
    watched = {n: send for n, send in sends.items() if is_watched(grants[n]) and send.title is None}
    if not watched:
        return {}
    rooms = {send.room for send in watched.values()}
    await log.lock(tx, rooms)
    desk = _Desk(
        await _rules_of(tx, rooms),
        await _held_before(tx, [send.key for send in watched.values() if send.key]),
        await _senders(tx, {(send.room, send.actor.user) for send in watched.values()}),
        quotes,
    )
    found = {}
    for number, send in watched.items():
        grant = grants[number]
        assert grant is not None
        if (outcome := await _judge(tx, desk, send, grant.workspace)) is not None:
            found[number] = outcome
    await _remember(tx, desk)
    return found


async def why_hold_edit(tx: Tx, grants: Grants, text: str) -> list[str]:
    """Why a moderator is to see first what a message of theirs is to say; slow mode is about new ones."""
    rules = (await _rules_of(tx, [grants.resource])).get(grants.resource)
    if rules is None:
        return []
    key = (grants.resource, grants.user)
    sender = (await _senders(tx, {key}))[key]
    return await _reasons(tx, rules, _Author(*key, grants.workspace, sender), text)


async def pass_slow_mode(tx: Tx, grants: Grants) -> None:
    """Count what is said to a bot alone as a message where there is slow mode; RateLimited as for one."""
    if not is_watched(grants):
        return
    room = grants.resource
    await log.lock(tx, {room})
    rules = (await _rules_of(tx, [room])).get(room)
    if rules is None or not rules.slow_seconds:
        return
    key = (room, grants.user)
    desk = _Desk({}, {}, await _senders(tx, {key}), touched={key})
    if (early := _too_early(rules, desk.senders[key], tx.now)) is not None:
        raise early
    desk.senders[key].last_at = tx.now
    await _remember(tx, desk)


async def count_passed(tx: Tx, room: UUID, user: UUID) -> None:
    """One more message of a newcomer was let through."""
    desk = _Desk({}, {}, await _senders(tx, {(room, user)}))
    sender = desk.senders[room, user]
    sender.last_at = sender.last_at or tx.now
    sender.passed = (sender.passed or 0) + 1
    desk.touched.add((room, user))
    await _remember(tx, desk)


async def _judge(tx: Tx, desk: _Desk, send: Send, workspace: UUID) -> Held | TalkootError | None:
    if send.key is not None and (before := desk.earlier.get(send.key)) is not None:
        if before.digest != send.digest():
            return Conflict("This cid was used before, for something else")
        return Held(before.id, before.room_id, before.created_at, before.state, dup=True)
    rules, key = desk.rules.get(send.room), (send.room, send.actor.user)
    if rules is None:
        return None
    sender = desk.senders[key]
    if (early := _too_early(rules, sender, tx.now)) is not None:
        return early
    why = await _reasons(tx, rules, _Author(*key, workspace, sender), _all_said(desk, send))
    sender.last_at = tx.now
    desk.touched.add(key)
    if why:
        return await _hold(tx, send, why)
    if sender.passed is not None:
        sender.passed += 1
    return None


def _too_early(rules: RoomRules, sender: _Sender, now: int) -> RateLimited | None:
    if not rules.slow_seconds or sender.last_at is None:
        return None
    wait = sender.last_at + rules.slow_seconds * SECOND - now
    if wait <= 0:
        return None
    told = f"One message in {rules.slow_seconds} seconds is taken here"
    return RateLimited(told, retry_after=wait / SECOND, code="slow_mode")


def _all_said(desk: _Desk, send: Send) -> str:
    """The text, with what it quotes and what its poll asks."""
    said = f"{send.text}\n{desk.quotes[send.quote].text}" if send.quote else send.text
    return said if send.poll is None else f"{said}\n{send.poll.words()}"


async def _reasons(tx: Tx, rules: RoomRules, author: _Author, text: str) -> list[str]:
    sender = author.sender
    why = ["all"] if rules.hold_all else []
    if rules.hold_roles:
        role = await role_in(tx, author.workspace, author.user)
        if role is not None and str(role.id) in rules.hold_roles.split():
            why.append("role")
    if rules.hold_first:
        if sender.passed is None:
            sender.passed = await _written_lately(tx, (author.room, author.user), rules.hold_first)
        if sender.passed < rules.hold_first:
            why.append("newcomer")
    if rules.hold_words and word_list(rules.hold_words).has(text):
        why.append("word")
    if rules.hold_links and has_link(text):
        why.append("link")
    return why


async def _hold(tx: Tx, send: Send, why: Iterable[str]) -> Held:
    held = HeldMessage(
        id=new_id(),
        room_id=send.room,
        sender_id=send.actor.user,
        cid=send.cid,
        digest=send.digest() if send.cid else None,
        thread_id=send.thread,
        quote_id=send.quote,
        poll=as_stored(send.poll) if send.poll is not None else None,
        text=send.text,
        why=" ".join(why),
        state=HeldState.WAITING,
        created_at=tx.now,
    )
    tx.session.add(held)
    await tx.flush()
    await tx.emit(ToDecide(What.HELD, held.id))
    return Held(held.id, held.room_id, held.created_at, held.state, dup=False)


async def _rules_of(read: Read, rooms: Iterable[UUID]) -> dict[UUID, RoomRules]:
    found = await read.session.scalars(select(RoomRules).where(RoomRules.room_id.in_([*rooms])))
    return {rules.room_id: rules for rules in found}


async def _held_before(tx: Tx, keys: Iterable[_Key]) -> dict[_Key, HeldMessage]:
    wanted = {cid: sender for sender, cid in keys}
    if not wanted:
        return {}
    found = await tx.session.scalars(select(HeldMessage).where(HeldMessage.cid.in_([*wanted])))
    return {(held.sender_id, held.cid): held for held in found if held.cid is not None}


async def _senders(tx: Tx, keys: Iterable[_Key]) -> dict[_Key, _Sender]:
    senders = {key: _Sender() for key in keys}
    rooms, users = {room for room, _ in senders}, {user for _, user in senders}
    found = await tx.connection.execute(
        select(RoomSender.room_id, RoomSender.user_id, RoomSender.last_at, RoomSender.passed).where(
            RoomSender.room_id.in_(rooms), RoomSender.user_id.in_(users)
        )
    )
    for room, user, last_at, passed in found:
        if (room, user) in senders:
            senders[room, user] = _Sender(last_at, passed if passed >= 0 else None)
    return senders


async def _remember(tx: Tx, desk: _Desk) -> None:
    rows = [
        {
            "room_id": key[0],
            "user_id": key[1],
            "last_at": desk.senders[key].last_at,
            "passed": -1 if (passed := desk.senders[key].passed) is None else passed,
        }
        for key in sorted(desk.touched)
    ]
    if not rows:
        return
    new = insert_into(tx.connection, RoomSender)
    await tx.connection.execute(
        new.on_conflict_do_update(
            index_elements=["room_id", "user_id"],
            set_={"last_at": new.excluded.last_at, "passed": new.excluded.passed},
        ),
        rows,
    )


async def _written_lately(tx: Tx, key: _Key, most: int) -> int:
    """How many of the room's newest messages are theirs, counted no further than needed."""
    head = (await log.heads(tx, [key[0]]))[key[0]].head
    theirs = (
        select(literal(1))
        .where(
            Message.room_id == key[0],
            Message.thread_id.is_(None),
            Message.seq > head - _LOOKED_BACK,
            Message.sender_id == key[1],
        )
        .limit(most)
    )
    return await tx.connection.scalar(select(func.count()).select_from(theirs.subquery())) or 0
