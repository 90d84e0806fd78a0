"""Only one at a time, by the database's word; and what is written proves it."""

import pytest
from sqlalchemy import text

from talkoot.chat.search.opening import TURN
from talkoot.chat.search.postgres_index import PostgresIndex
from talkoot.chat.search.stems import Stems
from talkoot.kernel.database import migration_engine
from talkoot.kernel.errors import Conflict
from talkoot.kernel.leases import is_held
from talkoot.kernel.turns import Turn
from tests.kernel.ground import Ground, until


async def end_leases(ground: Ground) -> None:
    await ground.uow.run(lambda tx: tx.connection.execute(text("UPDATE leases SET ends_at = 0")))


async def held(ground: Ground, name: str) -> bool:
    async with ground.uow.read() as read:
        return await is_held(read, name, ground.clock.now())


async def test_another_one_has_it_after_it_was_given_back_or_ran_out(ground: Ground) -> None:
    first, second = Turn(ground.uow, "this", 60), Turn(ground.uow, "this", 60)
    elsewhere = Turn(ground.uow, "that", 60)
    assert await first.attempt()
    assert await first.attempt()
    assert not await second.attempt()
    assert await elsewhere.attempt()
    assert (first.held, second.held, await held(ground, "this")) == (True, False, True)
    await end_leases(ground)
    assert not await held(ground, "this")
    assert await second.attempt()
    assert not await first.attempt()
    assert not first.held


async def test_it_is_kept_while_one_lives_and_free_at_a_polite_end(ground: Ground) -> None:
    first, second = Turn(ground.uow, "this", 0.3), Turn(ground.uow, "this", 0.3)
    first.start()
    await until(lambda: first.held)
    second.start()
    await first.close()
    assert not first.held
    await until(lambda: second.held)
    await second.close()
    assert not await held(ground, "this")


async def test_who_lost_the_turn_writes_nothing_into_the_index(ground_postgresql: Ground) -> None:
    ground = ground_postgresql
    first, second = Turn(ground.uow, TURN, 60), Turn(ground.uow, TURN, 60)
    index = PostgresIndex(migration_engine(ground.settings), Stems(), first.holder)
    assert await first.attempt()
    await index.clear()
    await end_leases(ground)
    assert await second.attempt()
    with pytest.raises(Conflict):
        await index.clear()
    with pytest.raises(Conflict):
        await index.write([], [], positions={})
    await index.close()
