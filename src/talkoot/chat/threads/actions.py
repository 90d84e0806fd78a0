"""Following threads, and moving read positions in them forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import case, delete, select, update

from talkoot.chat.access.grants import versions_of
from talkoot.chat.access.operations import FOLLOW_THREAD, MARK_THREAD_UNREAD, READ_THREAD, UNFOLLOW_THREAD
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.messages.models import Message
from talkoot.chat.threads.access import thread_to_follow
from talkoot.chat.threads.events import ThreadMoved
from talkoot.chat.threads.models import ThreadFollow
from talkoot.chat.threads.queries import state_of
from talkoot.kernel.errors import Invalid
from talkoot.kernel.log import heads
from talkoot.kernel.plain_sql import Statement, as_id
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.events import AuthorLeft, AuthorsNamed, Notable, NotableSaid, Replied
    from talkoot.chat.threads.schemas import Level, ThreadState
    from talkoot.kernel.transactions import Tx


async def follow_by_replying(tx: Tx, replied: Replied) -> None:
    """Who replies follows the thread and has read it up to there; who began it follows with the first reply.

    Somebody who began it and does not want to follow it is left alone.
    """
    seen: dict[tuple[UUID, UUID], tuple[UUID, int]] = {}
    for reply in replied.replies:
        for user, seq in ((reply.author, reply.begun), (reply.sender, reply.seq)):
            before = seen.get((user, reply.thread), (reply.room, 0))[1]
            seen[user, reply.thread] = reply.room, max(before, seq)
    rows = [(user, thread, *where) for (user, thread), where in sorted(seen.items())]
    moved = await tx.sql.run(_REPLIED, rows)
    writing = {(reply.sender, reply.thread) for reply in replied.replies}
    rules = {reply.thread: (reply.workspace, reply.version) for reply in replied.replies}
    for user, thread in await _who_read_it(tx, {(as_id(u), as_id(t)) for u, t in moved} - writing, seen):
        state = await state_of(tx, user, thread, seen[user, thread][0])
        await tx.emit(_moved(user, state, *rules[thread]))


async def _who_read_it(
    tx: Tx, began: set[tuple[UUID, UUID]], seen: Mapping[tuple[UUID, UUID], tuple[UUID, int]]
) -> list[tuple[UUID, UUID]]:
    """Those who began a thread and may still read it; the others follow nothing there and hear nothing."""
    if not began:
        return []
    held = await grants_of_many(tx, {(user, seen[user, thread][0]) for user, thread in began})
    readers = {key for key, grants in held.items() if Permission.ROOM_READ in grants.permissions}
    for user, thread in began:
        if (user, seen[user, thread][0]) not in readers:
            mine = (ThreadFollow.user_id == user, ThreadFollow.thread_id == thread)
            await tx.connection.execute(delete(ThreadFollow).where(*mine))
    return [each for each in sorted(began) if (each[0], seen[each][0]) in readers]


async def follow_by_mention(tx: Tx, said: NotableSaid) -> None:
    """Who is named in a reply follows the thread, unless they said that they do not want to."""
    for notable in said.messages:
        named = [each.id for each in notable.names if each.kind == "user" and each.id != notable.sender]
        if notable.thread is not None and named:
            await _follow_from(tx, notable, notable.thread, named)


async def follow_by_writing(tx: Tx, named: AuthorsNamed) -> None:
    """Who writes a post with others follows what is answered, unless they do not want to."""
    held = await grants_of_many(tx, {(user, named.room) for user in named.authors})
    readers = [user for (user, _), grants in held.items() if Permission.ROOM_READ in grants.permissions]
    if readers:
        seq = await tx.connection.scalar(select(Message.seq).where(Message.id == named.message))
        assert seq is not None
        await _begin(tx, (named.room, named.workspace), named.message, readers, seq)


async def unfollow_by_leaving(tx: Tx, left: AuthorLeft) -> None:
    """Who does not write a post any more does not follow what is answered either."""
    await tx.connection.execute(
        update(ThreadFollow)
        .where(ThreadFollow.thread_id == left.message, ThreadFollow.user_id == left.author)
        .values(followed=False)
    )


async def _follow_from(tx: Tx, notable: Notable, thread: UUID, users: Sequence[UUID]) -> None:
    seq = await tx.connection.scalar(select(Message.seq).where(Message.id == notable.message))
    assert seq is not None
    await _begin(tx, (notable.room, notable.workspace), thread, users, seq - 1)


async def _begin(tx: Tx, place: tuple[UUID, UUID], thread: UUID, users: Sequence[UUID], seq: int) -> None:
    room, workspace = place
    here = {"thread_id": thread, "room_id": room, "followed": True, "seq": seq}
    begun = await tx.connection.execute(
        insert_into(tx.connection, ThreadFollow)
        .values([{"user_id": user, **here} for user in users])
        .on_conflict_do_nothing()
        .returning(ThreadFollow.user_id)
    )
    rules = await versions_of(tx, [workspace])
    for user in begun.scalars().all():
        state = await state_of(tx, user, thread, room)
        await tx.emit(_moved(user, state, workspace, rules[workspace]))


async def follow(tx: Tx, actor: Actor, thread: UUID, level: Level | None) -> ThreadState:
    """Follow a thread from here on, or change of what one wants to be notified there."""
    root, grants = await thread_to_follow(tx, actor, FOLLOW_THREAD, thread)
    await _put(tx, actor, root, followed=True, level=level)
    return await _told(tx, actor, root, grants)


async def unfollow(tx: Tx, actor: Actor, thread: UUID) -> None:
    """Do not follow a thread any more, until one writes in it again."""
    root, grants = await thread_to_follow(tx, actor, UNFOLLOW_THREAD, thread)
    await _put(tx, actor, root, followed=False, level=None)
    await _told(tx, actor, root, grants)


async def read_to(tx: Tx, actor: Actor, thread: UUID, seq: int) -> ThreadState:
    """One has read a thread up to a position; of who does not follow it none is kept.

    Refusals: NotFound, Invalid for a position beyond the head of the room's log.
    """
    root, grants = await thread_to_follow(tx, actor, READ_THREAD, thread)
    row = await _row(tx, actor, root, seq)
    if row is None or not row.followed:
        return await state_of(tx, actor.user, root.id, root.room_id)
    if seq >= row.seq:
        moved = seq > row.seq or row.marked_seq is not None
        row.seq, row.marked_seq = seq, None
    else:
        moved = row.marked_seq is not None and seq >= row.marked_seq
        row.marked_seq = seq + 1 if moved else row.marked_seq
    await tx.flush()
    return await _told(tx, actor, root, grants, moved=moved)


async def mark_unread(tx: Tx, actor: Actor, thread: UUID, seq: int) -> ThreadState:
    """Count what was read of a thread from a position on as unread again; who does it follows the thread.

    Refusals: NotFound, Invalid for a position beyond the head of the room's log.
    """
    root, grants = await thread_to_follow(tx, actor, MARK_THREAD_UNREAD, thread)
    row = await _row(tx, actor, root, seq)
    if row is None or not row.followed:
        await _put(tx, actor, root, followed=True, level=None)
        row = await _row(tx, actor, root, seq)
    assert row is not None
    moved = seq <= row.seq and seq != row.marked_seq
    if moved:
        row.marked_seq = seq
    await tx.flush()
    return await _told(tx, actor, root, grants, moved=moved)


async def forget_follows_of(tx: Tx, user: UUID) -> None:
    """It is not known any more what this user follows."""
    await tx.connection.execute(delete(ThreadFollow).where(ThreadFollow.user_id == user))


async def _row(tx: Tx, actor: Actor, root: Message, seq: int) -> ThreadFollow | None:
    if seq > (await heads(tx, [root.room_id]))[root.room_id].head:
        raise Invalid.field("seq", "beyond_head", "The room's log does not reach that far")
    return await tx.session.get(
        ThreadFollow, (actor.user, root.id), with_for_update=True, populate_existing=True
    )


async def _put(tx: Tx, actor: Actor, root: Message, *, followed: bool, level: str | None) -> None:
    """What was said before somebody follows is not unread for them."""
    head = (await heads(tx, [root.room_id]))[root.room_id].head
    insert = insert_into(tx.connection, ThreadFollow).values(
        user_id=actor.user,
        thread_id=root.id,
        room_id=root.room_id,
        followed=followed,
        level=level,
        seq=head,
        marked_seq=None,
    )
    stays = ThreadFollow.followed if followed else ThreadFollow.user_id.is_(None)
    await tx.connection.execute(
        insert.on_conflict_do_update(
            index_elements=["user_id", "thread_id"],
            set_={
                "followed": followed,
                "level": level,
                "seq": case((stays, ThreadFollow.seq), else_=insert.excluded.seq),
                "marked_seq": case((stays, ThreadFollow.marked_seq), else_=None),
            },
        )
    )


async def _told(tx: Tx, actor: Actor, root: Message, grants: Grants, *, moved: bool = True) -> ThreadState:
    state = await state_of(tx, actor.user, root.id, root.room_id)
    if moved:
        await tx.emit(_moved(actor.user, state, grants.workspace, grants.version))
    return state


def _moved(user: UUID, state: ThreadState, workspace: UUID, version: int) -> ThreadMoved:
    stands = state.model_dump(exclude={"followers"})
    return ThreadMoved(user=user, **stands, workspace=workspace, version=version)


_UPSERT = """
    INSERT INTO thread_follows (user_id, thread_id, room_id, seq, followed) {rows}
    ON CONFLICT (user_id, thread_id) DO UPDATE SET seq = excluded.seq, marked_seq = NULL, followed = true
    WHERE thread_follows.seq < excluded.seq RETURNING user_id, thread_id
"""
_REPLIED = Statement(
    _UPSERT.format(rows="VALUES (?, ?, ?, ?, true)").strip(),
    _UPSERT.format(
        rows="SELECT *, true FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])"
    ).strip(),
)
