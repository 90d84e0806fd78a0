import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import Column, MetaData, String, Table, insert, select, text, update

from talkoot.kernel.errors import Conflict, Forbidden, TalkootError, Unavailable
from talkoot.kernel.transactions import NeedsItsOwn, Tx
from talkoot.kernel.unit_of_work import GROUP, Batch
from tests.kernel.ground import Ground

marks = Table("marks", MetaData(), Column("name", String, primary_key=True))


@pytest_asyncio.fixture(autouse=True)
async def make_marks(ground: Ground) -> None:
    async with ground.database.writer.begin() as connection:
        await connection.run_sync(marks.create)


def marking(name: str, error: Exception | None = None) -> Callable[[Tx], Awaitable[str]]:
    async def action(tx: Tx) -> str:
        await tx.connection.execute(insert(marks).values(name=name))
        if error is not None:
            raise error
        return name

    return action


async def stored(ground: Ground) -> set[str]:
    async with ground.uow.read() as read:
        return {row.name for row in await read.connection.execute(select(marks))}


async def test_those_who_wait_together_share_a_commit(ground: Ground) -> None:
    futures = [ground.uow.submit(marking(str(n))) for n in range(100)]
    assert await asyncio.gather(*futures) == [str(n) for n in range(100)]
    assert ground.uow.actions == 100
    assert ground.uow.commits <= 2
    assert len(await stored(ground)) == 100


async def test_who_needs_a_transaction_of_their_own_gets_it_in_their_turn(ground: Ground) -> None:
    order: list[str] = []

    def apart(name: str) -> Callable[[Tx], Awaitable[str]]:
        async def action(tx: Tx) -> str:
            if tx.held is not None:
                raise NeedsItsOwn
            return await marking(name)(tx)

        return action

    actions = [marking("a"), marking("b"), apart("c"), marking("d"), apart("e")]
    futures = [ground.uow.submit(action) for action in actions]
    for future in futures:
        future.add_done_callback(lambda done: order.append(done.result()))
    await asyncio.gather(*futures)
    assert order == list("abcde")
    assert await stored(ground) == set("abcde")
    assert ground.uow.commits == (1 if ground.database.is_sqlite else 4)


async def test_a_group_has_an_end(ground: Ground) -> None:
    await asyncio.gather(*(ground.uow.submit(marking(str(n))) for n in range(GROUP + 1)))
    assert ground.uow.commits >= 2


async def test_one_alone_does_not_wait_for_company(ground: Ground) -> None:
    assert await asyncio.wait_for(ground.uow.run(marking("alone")), 5) == "alone"
    assert ground.uow.commits == 1


async def test_a_refused_action_leaves_nothing_and_hurts_nobody(ground: Ground) -> None:
    futures = [
        ground.uow.submit(marking("before")),
        ground.uow.submit(marking("refused", Forbidden("no"))),
        ground.uow.submit(marking("crashed", ValueError("a fault of ours"))),
        ground.uow.submit(marking("after")),
    ]
    before, refused, crashed, after = await asyncio.gather(*futures, return_exceptions=True)
    assert (before, after) == ("before", "after")
    assert isinstance(refused, Forbidden)
    assert isinstance(crashed, ValueError)
    assert await stored(ground) == {"before", "after"}


async def test_a_violated_constraint_is_a_conflict_and_the_transaction_goes_on(ground: Ground) -> None:
    futures = [ground.uow.submit(marking(name)) for name in ("a", "a", "b")]
    first, second, third = await asyncio.gather(*futures, return_exceptions=True)
    assert (first, third) == ("a", "b")
    assert isinstance(second, Conflict)
    assert await stored(ground) == {"a", "b"}


@dataclass
class Recorder:
    """A batch that can be poisoned, and the sizes it was called with."""

    calls: list[int]

    async def run(self, tx: Tx, commands: Sequence[str]) -> Sequence[str | TalkootError]:
        self.calls.append(len(commands))
        await tx.connection.execute(insert(marks), [{"name": command} for command in commands])
        if "poison" in commands:
            raise Forbidden("poison")
        return [Conflict("single") if command == "bad" else command for command in commands]


async def test_a_batch_takes_neighbours_together_and_refuses_one_by_one(ground: Ground) -> None:
    recorder = Recorder([])
    batch = Batch(recorder.run)
    futures = [ground.uow.submit_to(batch, command) for command in ("a", "bad", "b")]
    a, bad, b = await asyncio.gather(*futures, return_exceptions=True)
    assert (a, b) == ("a", "b")
    assert isinstance(bad, Conflict)
    assert recorder.calls == [3]


async def test_a_poisoned_batch_falls_apart(ground: Ground) -> None:
    recorder = Recorder([])
    batch = Batch(recorder.run)
    futures = [ground.uow.submit_to(batch, command) for command in ("a", "poison", "b")]
    a, poison, b = await asyncio.gather(*futures, return_exceptions=True)
    assert (a, b) == ("a", "b")
    assert isinstance(poison, Forbidden)
    assert recorder.calls == [3, 1, 1, 1]
    assert await stored(ground) == {"a", "b"}
    assert ground.uow.commits == 1


async def test_the_result_comes_after_the_commit(ground: Ground) -> None:
    seen: list[set[str]] = []
    told: list[asyncio.Task[None]] = []

    async def look() -> None:
        seen.append(await stored(ground))

    async def action(tx: Tx) -> None:
        await tx.connection.execute(insert(marks).values(name="durable"))
        tx.after_commit(lambda: told.append(asyncio.create_task(look())))

    await ground.uow.run(action)
    async with Ground.on(ground.settings) as other:  # connections of their own, as another process has
        assert await stored(other) == {"durable"}
    await asyncio.gather(*told)
    assert seen == [{"durable"}]


async def test_what_was_refused_is_not_published(ground: Ground) -> None:
    inside: list[object] = []
    after: list[object] = []

    async def within(_tx: Tx, event: object) -> None:
        inside.append(event)

    ground.listeners[str] = ((within,), (after.append,))

    async def refused(tx: Tx) -> None:
        await tx.emit("refused")
        raise Forbidden

    async def done(tx: Tx) -> None:
        await tx.emit("done")

    with pytest.raises(Forbidden):
        await ground.uow.run(refused)
    await ground.uow.run(done)
    assert inside == ["refused", "done"]
    assert after == ["done"]


async def test_a_listener_that_fails_stops_no_other(ground: Ground) -> None:
    told: list[object] = []

    def fails(_event: object) -> None:
        raise ValueError("a fault of the listener")

    ground.listeners[str] = ((), (fails, told.append))
    await ground.uow.run(lambda tx: tx.emit("event"))
    assert told == ["event"]


async def test_who_stops_waiting_takes_nothing_back(ground: Ground) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Tx) -> None:
        begun.set()
        await go_on.wait()
        await tx.connection.execute(insert(marks).values(name="slow"))

    waiter = asyncio.create_task(ground.uow.run(slow))
    await begun.wait()
    neighbour = ground.uow.submit(marking("neighbour"))
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert waiter.cancelled()
    go_on.set()
    assert await neighbour == "neighbour"
    assert await stored(ground) == {"slow", "neighbour"}


async def test_closing_finishes_what_waits_and_refuses_what_comes_later(ground: Ground) -> None:
    async with Ground.on(ground.settings) as other:
        futures = [other.uow.submit(marking(str(n))) for n in range(50)]
        await other.uow.close()
        assert all(future.done() for future in futures)
        with pytest.raises(Unavailable):
            await other.uow.run(marking("late"))
    assert await stored(ground) == {str(n) for n in range(50)}


async def test_same_key_same_order(ground: Ground) -> None:
    order: list[int] = []

    def noting(number: int) -> Callable[[Tx], Awaitable[None]]:
        async def action(_tx: Tx) -> None:
            order.append(number)

        return action

    await asyncio.gather(*(ground.uow.submit(noting(number)) for number in range(600)))
    assert order == list(range(600))


async def test_a_lost_connection_refuses_the_group_and_the_next_one_works(ground: Ground) -> None:
    # SQLite rolls back by itself when the disk is full.
    end = text("ROLLBACK" if ground.is_sqlite else "SELECT pg_terminate_backend(pg_backend_pid())")

    async def lose(tx: Tx) -> None:
        await tx.connection.execute(end)

    first, lost = ground.uow.submit(marking("first")), ground.uow.submit(lose)
    results = await asyncio.gather(first, lost, return_exceptions=True)
    assert all(isinstance(result, Unavailable) for result in results), results
    assert await stored(ground) == set()
    assert await ground.uow.run(marking("next")) == "next"


async def test_two_lanes_that_wait_for_each_other_both_get_through(ground: Ground) -> None:
    await ground.uow.run(lambda tx: tx.connection.execute(insert(marks), [{"name": "a"}, {"name": "b"}]))
    first_held = {0: asyncio.Event(), 1: asyncio.Event()}

    def crossing(lane: int, names: str) -> asyncio.Future[None]:
        async def action(tx: Tx) -> None:
            for name in names:
                await tx.connection.execute(update(marks).where(marks.c.name == name).values(name=name))
                first_held[lane].set()
                if not ground.is_sqlite:  # which has one lane, and never waits
                    await first_held[1 - lane].wait()

        return ground.uow.submit(action, key=UUID(int=lane))

    neighbour = ground.uow.submit(marking("neighbour"), key=UUID(int=1))
    await asyncio.gather(crossing(0, "ab"), crossing(1, "ba"), neighbour)
    assert await stored(ground) == {"a", "b", "neighbour"}


async def test_readers_can_not_write(ground: Ground) -> None:
    with pytest.raises(Unavailable):
        async with ground.uow.read() as read:
            await read.connection.execute(insert(marks).values(name="no"))
    assert await stored(ground) == set()
