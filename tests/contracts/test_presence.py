"""Who is there, on one node and on several: told to those who watch, and gone with the signs of life."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from talkoot.kernel.redis_calls import RedisCalls
from talkoot.realtime.bus import MemoryBus, Message
from talkoot.realtime.presence import LIFE, MemoryPresence, Presence
from talkoot.realtime.redis_presence import RedisPresence
from tests.kernel.ground import until
from tests.servers.valkey import Valkey

PHONE, LAPTOP = uuid4(), uuid4()


@asynccontextmanager
async def asking(server: Valkey) -> AsyncIterator[RedisCalls]:
    calls = RedisCalls(server.url)
    await calls.start()
    yield calls
    await calls.close()


@dataclass
class Nodes:
    """Some nodes, or one, and what the listeners of each were told."""

    twin: str | RedisCalls
    life: float = 45.0
    now: float = 1000.0
    announced: list[list[str]] = field(default_factory=list)
    deaf: bool = False

    def __post_init__(self) -> None:
        self.key = f"test:{uuid4()}:"
        self.bus = MemoryBus()
        self.bus.listen(self._hear)
        self.stores: list[MemoryPresence | RedisPresence] = []
        self.told: list[list[Presence]] = []

    def node(self) -> MemoryPresence | RedisPresence:
        """A node of its own, if the twin can do that."""
        if isinstance(self.twin, str):
            if self.stores:
                return self.stores[0]
            store: MemoryPresence | RedisPresence = MemoryPresence(lambda: self.now)
        else:
            store = RedisPresence(self.twin, self.key, self.bus, lambda: self.now, life=self.life)
        told = list[Presence]()
        store.listen(lambda _, state: told.append(state))
        self.stores.append(store)
        self.told.append(told)
        return store

    def beat(self) -> None:
        self.now += 10
        for store in self.stores:
            store.expire()

    def _hear(self, message: Message) -> None:
        said = json.loads(message.frame)
        self.announced.append(said["users"].split())
        for store in self.stores:
            if isinstance(store, RedisPresence) and not self.deaf:
                store.look_at(said)

    async def everywhere(self, user: UUID, state: Presence) -> None:
        """All nodes come to say the same, and tell their listeners."""
        for store, told in zip(self.stores, self.told, strict=True):
            await until(lambda told=told: told[-1:] == [state])  # type: ignore[misc]
            assert await store.state_of([user]) == store.told([user]) == {user: state}


async def seen(store: MemoryPresence | RedisPresence, states: dict[UUID, Presence]) -> None:
    """A node comes to say this."""

    async def says() -> bool:
        return await store.state_of(states) == states

    await until(says)


async def test_presence_is_the_sum_of_the_connections(twin: str | RedisCalls) -> None:
    nodes, user = Nodes(twin), uuid4()
    one, other = nodes.node(), nodes.node()
    for store in nodes.stores:
        store.watch(user)
        assert (await store.state_of([user]))[user] == "offline"
    one.connected(user, PHONE)
    await nodes.everywhere(user, "online")
    one.set_state(user, PHONE, "away")
    await nodes.everywhere(user, "away")
    other.connected(user, LAPTOP)
    await nodes.everywhere(user, "online")
    one.connected(user, PHONE)  # a heartbeat changes nothing
    other.disconnected(user, LAPTOP)
    other.disconnected(user, LAPTOP)
    await nodes.everywhere(user, "away")
    one.disconnected(user, PHONE)
    await nodes.everywhere(user, "offline")
    for told in nodes.told:
        assert told == ["online", "away", "online", "away", "offline"]


async def test_presence_dies_with_its_heartbeat(twin: str | RedisCalls) -> None:
    nodes, user = Nodes(twin), uuid4()
    one, other = nodes.node(), nodes.node()
    other.watch(user)
    assert await other.state_of([user]) == {user: "offline"}
    one.connected(user, PHONE)
    await until(lambda: nodes.told[-1] == ["online"])
    nodes.now += LIFE
    one.expire()
    assert await other.state_of([user]) == {user: "online"}
    nodes.now += 0.1
    one.expire()
    await until(lambda: nodes.told[-1] == ["online", "offline"])


async def test_a_change_is_announced_only_if_another_node_watches(valkey: Valkey) -> None:
    async with asking(valkey) as calls:
        nodes, watched, other = Nodes(calls), uuid4(), uuid4()
        one, far = nodes.node(), nodes.node()
        one.watch(other)  # nobody else has to hear of whom only this node watches
        far.watch(watched)
        await far.state_of([watched])
        for user in (other, watched):
            one.connected(user, PHONE)
        await until(lambda: nodes.told[1] == ["online"])
        assert nodes.told == [["online"], ["online"]]
        assert nodes.announced == [[str(watched)]]
        far.unwatch(watched)
        await far.state_of([])
        await far.state_of([other])
        one.set_state(watched, PHONE, "away")
        assert (await one.state_of([watched]))[watched] == "away"
        assert len(nodes.announced) == 1


async def test_a_lost_announcement_shows_with_the_next_beat(valkey: Valkey) -> None:
    async with asking(valkey) as calls:
        nodes, user = Nodes(calls, deaf=True), uuid4()
        one, far = nodes.node(), nodes.node()
        far.watch(user)
        await far.state_of([user])
        one.connected(user, PHONE)
        await until(lambda: bool(nodes.announced))
        assert nodes.told[1] == []
        nodes.beat()
        await until(lambda: nodes.told[1] == ["online"])


async def test_a_killed_node_takes_its_users_with_it(valkey: Valkey) -> None:
    async with asking(valkey) as calls:
        nodes, user = Nodes(calls, life=0.5), uuid4()
        far, dying = nodes.node(), nodes.node()
        far.watch(user)
        await far.state_of([user])
        dying.connected(user, PHONE)
        await until(lambda: nodes.told[0] == ["online"])
        nodes.stores.remove(dying)  # it beats no more

        async def gone() -> bool:
            nodes.beat()
            return nodes.told[0] == ["online", "offline"]

        await until(gone)


async def test_what_redis_forgets_is_told_again(valkey: Valkey) -> None:
    async with asking(valkey) as calls:
        nodes, user = Nodes(calls), uuid4()
        one, far = nodes.node(), nodes.node()
        far.watch(user)
        one.connected(user, PHONE)
        await seen(far, {user: "online"})
        for spoil in (("FLUSHALL",), ("SET", f"{nodes.key}presence", "x")):
            await calls.ask(*spoil)
            assert await far.state_of([user]) == {user: "offline"}
            nodes.beat()
            await seen(far, {user: "online"})
        (users,) = await calls.ask("KEYS", f"{nodes.key}presence:users:*")
        await calls.ask("SET", users, "x")
        nodes.beat()
        await seen(far, {user: "online"})


async def test_without_redis_a_node_knows_its_own_and_tells_all_when_it_is_back(own_valkey: Valkey) -> None:
    async with asking(own_valkey) as calls:
        nodes, mine, theirs = Nodes(calls), uuid4(), uuid4()
        one, far = nodes.node(), nodes.node()
        one.watch(mine)
        one.watch(theirs)
        far.connected(theirs, LAPTOP)
        await seen(one, {theirs: "online"})
        own_valkey.kill()
        one.connected(mine, PHONE)
        assert await one.state_of([mine, theirs]) == {mine: "online", theirs: "online"}
        far.disconnected(theirs, LAPTOP)
        nodes.now += LIFE + 1
        one.connected(mine, PHONE)
        one.expire()
        assert await one.state_of([mine, theirs]) == {mine: "online", theirs: "offline"}
        own_valkey.start()
        await seen(far, {mine: "online", theirs: "offline"})


async def test_a_node_that_died_before_the_clock_was_set_back_is_gone(valkey: Valkey) -> None:
    async with asking(valkey) as calls:
        nodes, user = Nodes(calls), uuid4()
        one = nodes.node()
        one.watch(user)
        seconds, _ = map(int, await calls.ask("TIME"))
        await calls.ask("ZADD", f"{nodes.key}presence", (seconds + 3600) * 1000, "dead")
        await calls.ask("HSET", f"{nodes.key}presence:users:dead", user.bytes, "o")
        assert await one.state_of([user]) == {user: "offline"}
        assert await calls.ask("ZSCORE", f"{nodes.key}presence", "dead") is None
