"""Sending: many messages at once, each checked for itself, in the order in which they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import bindparam, update

from talkoot.chat.access.doors import admit
from talkoot.chat.access.grants import grants_now, in_threads
from talkoot.chat.access.operations import SEND_MESSAGE
from talkoot.chat.messages.access import closed_or, no_root
from talkoot.chat.messages.actions.attach import Shapes, carry_with, shown_of, stored_of, take_files
from talkoot.chat.messages.actions.commands import Held, Send, Sent
from talkoot.chat.messages.actions.mention import Named, as_stored, keep_names, name_in
from talkoot.chat.messages.actions.poll import refusal_of_poll
from talkoot.chat.messages.actions.post import refusal_of_post, shape_posts
from talkoot.chat.messages.actions.quote import Quotes, keep_quotes, take_quotes
from talkoot.chat.messages.actions.screen import screen
from talkoot.chat.messages.events import LinksChanged, PollSent, Replied, Reply
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.polled import as_stored as poll_as_stored
from talkoot.chat.messages.queries import thread_roots
from talkoot.chat.messages.quoted import as_stored as quote_as_stored
from talkoot.chat.messages.words import MARK_OF_LINKS
from talkoot.kernel import log
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import Conflict, TalkootError
from talkoot.kernel.plain_sql import inserting
from talkoot.kernel.unit_of_work import Batch

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.kernel.plain_sql import Row
    from talkoot.kernel.transactions import Tx


CREATED = "message.created"


Outcome = Sent | Held | TalkootError
_Taken = tuple[Shapes, Quotes]
_Known = dict[tuple[UUID | None, UUID | None], tuple[log.Event, bytes | None]]


async def send_messages(tx: Tx, commands: Sequence[Send]) -> Sequence[Outcome]:
    """Send in order. Refusals: NotFound, Forbidden, Invalid, Conflict (the cid was something else's)."""
    earlier = await log.events_with_cids(tx, [key for send in commands if (key := send.key)])
    grants = await grants_now(tx, [(send.actor.user, send.room) for send in commands])
    roots = await _locked_roots(tx, [send for send in commands if send.thread])
    here = await _in_threads(tx, commands, grants, roots) if roots else grants
    outcomes: list[Outcome | None] = []
    fresh: dict[int, Send] = {}
    repeats: dict[int, int] = {}
    first_with: dict[tuple[UUID, UUID], int] = {}
    for number, send in enumerate(commands):
        held = grants[number]
        outcome = _repeated(send, earlier, held) if earlier else None
        outcome = outcome or _refusal(send, held, here[number], roots) or _wrong_poll(send, tx.now)
        outcomes.append(outcome)
        if outcome is not None:
            continue
        first = number if (key := send.key) is None else first_with.setdefault(key, number)
        if first != number:
            repeats[number] = first
        else:
            fresh[number] = send
    files, refused = await take_files(tx, fresh)
    quotes, unknown = await take_quotes(tx, fresh, here)
    outcomes, fresh = _without(outcomes, fresh, refused | unknown)
    waiting = await screen(tx, fresh, here, quotes)
    if files and waiting:
        await carry_with(tx, [(fresh[n], held) for n, held in waiting.items() if isinstance(held, Held)])
    outcomes, fresh = _without(outcomes, fresh, waiting)
    allowed = [(send, grant) for number, send in fresh.items() if (grant := grants[number]) is not None]
    for number, event in zip(fresh, await _append(tx, allowed, roots, (files, quotes)), strict=True):
        outcomes[number] = Sent(event, dup=False)
    for number, first in repeats.items():
        outcomes[number] = _same(commands[number], commands[first], outcomes[first])
    return [outcome for outcome in outcomes if outcome is not None]


def _without(
    outcomes: list[Outcome | None], fresh: dict[int, Send], decided: Mapping[int, Held | TalkootError]
) -> tuple[list[Outcome | None], dict[int, Send]]:
    """The same without those of which it is known by now what comes of them."""
    if not decided:
        return outcomes, fresh
    told = [decided.get(number, outcome) for number, outcome in enumerate(outcomes)]
    return told, {number: send for number, send in fresh.items() if number not in decided}


SEND: Batch[Send, Sent | Held] = Batch(send_messages)


async def send_approved(tx: Tx, send: Send) -> log.Event:
    """Append what a moderator let through, as its author's; refused if they could not send it now."""
    (grants,) = await grants_now(tx, [(send.actor.user, send.room)])
    roots = await _locked_roots(tx, [send] if send.thread else [])
    (here,) = await _in_threads(tx, [send], [grants], roots)
    if (refusal := _refusal(send, grants, here, roots)) is not None:
        raise refusal
    assert grants is not None
    if send.key is not None and (before := (await log.events_with_cids(tx, [send.key])).get(send.key)):
        if isinstance(found := _repeated(send, {send.key: before}, grants), Sent):
            return found.event
        send = replace(send, cid=None)  # its author has used it for something else since
    files, refused = await take_files(tx, {0: send}, approved=True)
    if refused:
        raise refused[0]
    quotes, refused = await take_quotes(tx, {0: send}, [grants])
    if refused:
        if not (send.text or send.attachments):
            raise refused[0]
        send = replace(send, quote=None)  # it was deleted, or hidden from its author, since
    return (await _append(tx, [(send, grants)], roots, (files, quotes)))[0]


async def _locked_roots(tx: Tx, replies: Sequence[Send]) -> dict[UUID, Any]:
    if not replies:
        return {}
    await log.lock(tx, {send.room for send in replies})  # others count replies too, in their own writers
    return await thread_roots(tx, {send.thread for send in replies if send.thread})


async def _in_threads(
    tx: Tx, commands: Sequence[Send], grants: Sequence[Grants | None], roots: dict[UUID, Any]
) -> Sequence[Grants | None]:
    """What is held where each is sent to: in the room, or in a thread of it that has entries."""
    ruled = {
        number: (held, root.id)
        for number, (send, held) in enumerate(zip(commands, grants, strict=True))
        if send.thread
        and (root := roots.get(send.thread))
        and root.replies
        and root.room_id == send.room
        and held
    }
    here = dict(zip(ruled, await in_threads(tx, ruled.values()), strict=True))
    return [here.get(number, held) for number, held in enumerate(grants)]


def _refusal(
    send: Send, grants: Grants | None, here: Grants | None, roots: dict[UUID, Any]
) -> TalkootError | None:
    try:
        admitted = admit(send.actor, here, SEND_MESSAGE)
    except TalkootError as error:
        return closed_or(error, grants, here)
    if send.thread is None:
        return refusal_of_post(send, admitted)
    root = roots.get(send.thread)
    if root is None or root.room_id != send.room or root.thread_id is not None:
        return no_root()
    return None


def _wrong_poll(send: Send, now: int) -> TalkootError | None:
    return refusal_of_poll(send, now) if send.poll is not None else None


def _repeated(send: Send, earlier: _Known, grants: Grants | None) -> Outcome | None:
    if send.key is None or send.key not in earlier:
        return None
    limits = send.actor.limits
    if limits is not None and (grants is None or not limits.reach(send.room, grants.workspace)):
        return None  # the token is not good for this room: it is refused, whatever was sent before
    event, digest = earlier[send.key]
    another = event.type != CREATED or event.log != send.room
    if another or (digest is not None and digest != send.digest()):
        return _conflict()
    return Sent(event, dup=True)


def _same(send: Send, first: Send, outcome: Outcome | None) -> Outcome:
    if send.digest() != first.digest():
        return _conflict()
    return replace(outcome, dup=True) if isinstance(outcome, Sent | Held) else outcome or _conflict()


def _conflict() -> Conflict:
    return Conflict("This cid was used before, for something else")


async def _append(
    tx: Tx, allowed: Sequence[tuple[Send, Grants]], roots: dict[UUID, Any], taken: _Taken
) -> list[log.Event]:
    if not allowed:
        return []
    (files, quotes), entries = taken, [_entry(*each, taken) for each in allowed]
    named = await name_in(tx, allowed, entries)
    posts = await shape_posts(tx, allowed, entries)
    replies = [(send.thread, grants) for send, grants in allowed if send.thread]
    if replies:
        entries += await _count_replies(tx, replies, roots)
    events = (await log.append(tx, entries))[: len(allowed)]
    sent = [(send, event) for event, (send, _) in zip(events, allowed, strict=True)]
    await tx.sql.run(_INSERT, [_row(event, send, taken, named, posts) for send, event in sent])
    if files:
        await carry_with(tx, sent)
    if quotes:
        await keep_quotes(tx, sent, quotes)
    if named or any(grants.attentive for _, grants in allowed):
        await keep_names(
            tx,
            named,
            [(event, send.thread, grants) for event, (send, grants) in zip(events, allowed, strict=True)],
        )
    await _tell(tx, events, allowed, roots)
    return events


async def _tell(
    tx: Tx, events: Sequence[log.Event], allowed: Sequence[tuple[Send, Grants]], roots: dict[UUID, Any]
) -> None:
    """What of these messages other features act on."""
    for event, (send, _) in zip(events, allowed, strict=True):
        if MARK_OF_LINKS in send.text and send.title is None:
            await tx.emit(LinksChanged(event.id))
        if send.poll is not None:
            await tx.emit(PollSent(event.id, send.poll))
    if roots and (replies := [*_replies(events, allowed, roots)]):
        await tx.emit(Replied(replies))


def _replies(
    events: Sequence[log.Event], allowed: Sequence[tuple[Send, Grants]], roots: dict[UUID, Any]
) -> Iterator[Reply]:
    for event, (send, grants) in zip(events, allowed, strict=True):
        if send.thread:
            root, rules = roots[send.thread], (grants.workspace, grants.version)
            begun = (root.id, root.sender_id, root.seq)
            yield Reply(event.id, send.room, *begun, send.actor.user, event.seq, *rules)


async def _count_replies(
    tx: Tx, replies: Sequence[tuple[UUID, Grants]], roots: dict[UUID, Any]
) -> list[log.Entry]:
    """What tells the threads' new numbers of replies."""
    more = Counter(root for root, _ in replies)
    updates = [
        thread_entry(grants.resource, root, roots[root].reply_count + more[root], tx.now, grants)
        for root, grants in dict(replies).items()
    ]
    await tx.connection.execute(
        _COUNT_REPLIES, [{"root": root, "more": n, "moment": tx.now} for root, n in more.items()]
    )
    return updates


_COUNT_REPLIES = (
    update(Message)
    .where(Message.id == bindparam("root"))
    .values(reply_count=Message.reply_count + bindparam("more"), last_reply_at=bindparam("moment"))
)


def _entry(send: Send, grants: Grants, taken: _Taken) -> log.Entry:
    files, quotes = taken
    carried: dict[str, Any] = {"attachments": shown_of(send, files)} if send.attachments else {}
    if send.quote:
        carried["quote"] = quotes[send.quote]
    if send.poll is not None:
        carried["poll"] = send.poll
    entry = log.Entry(
        log=send.room,
        type=CREATED,
        body={"text": send.text, "thread": send.thread, **carried},
        sender=send.actor.user,
        cid=send.cid,
        digest=send.digest() if send.cid else None,
        countable=send.thread is None,
        fence=grants.version,
        scope=grants.workspace,
    )
    entry.subject = entry.id
    return entry


class Rules(Protocol):
    """A version of the rules of access of a workspace."""

    @property
    def workspace(self) -> UUID:
        """Whose."""
        ...

    @property
    def version(self) -> int:
        """Which."""
        ...


def thread_entry(room: UUID, root: UUID, replies: int, last_reply_at: int | None, rules: Rules) -> log.Entry:
    """The event that tells a thread's new number of replies."""
    last = rfc3339(last_reply_at) if last_reply_at is not None else None
    body = {"message": root, "reply_count": replies, "last_reply_at": last}
    return log.Entry(log=room, type="thread.updated", body=body, fence=rules.version, scope=rules.workspace)


_INSERT = inserting(
    "messages",
    id="uuid",
    room_id="uuid",
    seq="bigint",
    sender_id="uuid",
    thread_id="uuid",
    text="text",
    ts="bigint",
    reply_count="bigint",
    attachments="text",
    mentions="text",
    quote="text",
    post="text",
    poll="text",
)


def _row(event: log.Event, send: Send, taken: _Taken, named: Named, posts: Mapping[UUID, str]) -> Row:
    """In the order of `_INSERT`."""
    files, quotes = taken
    names = as_stored(named[event.id]) if event.id in named else None
    shown = stored_of(send, files), names, quote_as_stored(quotes[send.quote]) if send.quote else None
    post = posts.get(event.id) if posts else None
    poll = poll_as_stored(send.poll) if send.poll is not None else None
    place = event.id, event.log, event.seq, event.sender, send.thread
    return *place, send.text, event.ts, 0, *shown, post, poll
