"""A connection that ends, or fails, while a topic serves it: the topic goes on for all the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from talkoot.chat.access.events import AccessChanged
from talkoot.chat.rooms.live import LiveRooms
from talkoot.realtime.bus import MemoryBus, Message
from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.connection import Connection, Identity
from talkoot.realtime.frames import split_frames
from talkoot.realtime.hub import Hub
from talkoot.realtime.limits import Limits
from tests.realtime.toy import until

TOPIC = UUID(int=1)


class Recorder:
    """A link that keeps what it is given, or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.data = b""
        self._fails = fails

    def write(self, data: bytes) -> None:
        if self._fails:
            raise RuntimeError("This link is broken")
        self.data += data

    def close(self, data: bytes) -> None:
        self.write(data)

    def abort(self) -> None:
        self.data = b""

    def seen(self) -> list[bytes]:
        return [payload for _, payload in split_frames(self.data)]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    """A hub whose log has nothing more than its bus."""

    async def fill(_topic: UUID, _position: int) -> None:
        """There is nothing."""

    hub = Hub(Limits(repair_seconds=0.1))
    hub.holes.fill = fill
    hub.start()
    yield hub
    await hub.stop()


def reader(hub: Hub, link: Recorder, *, position: int = 0, topic: UUID = TOPIC) -> Connection:
    """A connection that follows a topic live."""
    connection = Connection(hub, link, "test")
    connection.hello_at = 1.0
    hub.attach(connection, Identity(uuid4(), uuid4(), 2**62))
    hub.subscribe(connection, topic, position).go_live()
    return connection


def fill(connection: Connection) -> None:
    """It does not read, and the next event is too much for it."""
    connection.pause()
    connection.push(b"x" * (connection.hub.limits.out_bytes - 10))
    assert not connection.closing


def assert_ended(hub: Hub, connection: Connection) -> None:
    assert connection.closing
    assert (connection.out, connection.out_bytes, connection.subscriptions) == ([], 0, {})
    assert all(each.connection is not connection for each in hub.subscriptions_of(TOPIC))


async def test_a_new_subscription_of_who_is_closed_by_what_the_old_one_was_owed(hub: Hub) -> None:
    stalled = reader(hub, Recorder())
    fill(stalled)
    hub.deliver(TOPIC, 1, b"y" * 100)
    again = hub.subscribe(stalled, TOPIC, 1)
    assert not again.active
    again.replay([(2, b"two")])
    again.go_live()
    for seq in range(2, 50):
        hub.deliver(TOPIC, seq, b"z" * 1000)
    assert_ended(hub, stalled)
    hub.unsubscribe(stalled, TOPIC)
    hub.watch(stalled, [TOPIC])
    assert stalled.watched is None
    assert hub.heads_behind(stalled, {TOPIC: 0}) == {}


async def test_several_subscriptions_of_who_is_closed_by_the_first(hub: Hub) -> None:
    stalled, rooms = reader(hub, Recorder()), [TOPIC, *(uuid4() for _ in range(3))]
    fill(stalled)
    hub.deliver(TOPIC, 1, b"y" * 100)
    registered = [hub.subscribe(stalled, room) for room in rooms]
    assert not any(each.active for each in registered)
    assert all(hub.subscriptions_of(room) == [] for room in rooms)
    assert_ended(hub, stalled)


async def test_holding_back_whom_it_closes(hub: Hub) -> None:
    link = Recorder()
    first, stalled, healthy = reader(hub, Recorder()), reader(hub, Recorder()), reader(hub, link)
    fill(stalled)
    hub.deliver(TOPIC, 1, b"y" * 100)
    live = LiveRooms(hub, None)  # type: ignore[arg-type]  # nothing is read here
    held = live.hold_back(AccessChanged(uuid4(), 1, TOPIC, "room", frozenset()))
    assert [each.connection for each in held] == [first, healthy]
    for each in held:
        each.go_live()
    hub.deliver(TOPIC, 2, b"two")
    await asyncio.sleep(0.01)
    assert link.seen() == [b"y" * 100, b"two"]
    assert_ended(hub, stalled)


async def test_an_event_that_ends_one_served_apart_reaches_the_others(hub: Hub) -> None:
    link = Recorder()
    reader(hub, Recorder())
    stalled, healthy = reader(hub, Recorder(), position=3), reader(hub, link, position=3)
    fill(stalled)
    for seq in (4, 5):  # the first one is behind now, and nobody is served together
        hub.deliver(TOPIC, seq, b"%d" % seq * 100)
    await asyncio.sleep(0.01)
    assert link.seen() == [b"4" * 100, b"5" * 100]
    assert healthy.subscriptions[TOPIC].live
    assert_ended(hub, stalled)


async def test_going_live_with_more_than_one_may_have(hub: Hub) -> None:
    stalled = reader(hub, Recorder())
    again = hub.subscribe(stalled, TOPIC)
    fill(stalled)
    hub.deliver(TOPIC, 1, b"y" * 100)
    again.go_live()
    assert_ended(hub, stalled)


async def test_sharing_ends_the_one_that_would_join(hub: Hub) -> None:
    """The batch closes a first one, and what is told of its end closes the one that was to join."""
    first, joining = reader(hub, Recorder()), Connection(hub, Recorder(), "test")
    hub.on_close.append(lambda _connection: joining.close(CloseCode.SLOW))
    fill(first)
    subscription = hub.subscribe(joining, TOPIC)
    hub.deliver(TOPIC, 1, b"y" * 100)
    subscription.replay([(1, b"y" * 100)])
    subscription.go_live()
    for connection in (first, joining):
        assert_ended(hub, connection)


@pytest.mark.parametrize("size", [10, 100_000])
async def test_a_link_that_fails_ends_its_own_connection_only(hub: Hub, size: int) -> None:
    before, after = Recorder(), Recorder()
    reader(hub, before)
    broken = reader(hub, Recorder(fails=True))
    reader(hub, after)
    hub.deliver(TOPIC, 1, b"1" * size)
    await asyncio.sleep(0.01)
    hub.deliver(TOPIC, 2, b"2" * size)
    await asyncio.sleep(0.01)
    assert before.seen() == after.seen() == [b"1" * size, b"2" * size]
    assert hub.counters.closes == {CloseCode.INTERNAL: 1}
    assert_ended(hub, broken)


async def test_one_served_apart_that_fails_ends_alone(hub: Hub) -> None:
    class Broken(Connection):
        def push(self, framed: bytes) -> None:  # noqa: ARG002
            raise RuntimeError("This connection is broken")

    link, broken = Recorder(), Broken(hub, Recorder(), "test")
    reader(hub, Recorder())
    hub.subscribe(broken, TOPIC, 1).go_live()
    reader(hub, link, position=1)
    hub.deliver(TOPIC, 2, b"2")  # the first one is behind now, and nobody is served together
    await asyncio.sleep(0.01)
    assert link.seen() == [b"2"]
    assert_ended(hub, broken)


async def test_what_never_comes_ends_those_who_wait_for_it(hub: Hub) -> None:
    link = Recorder()
    behind, ahead = reader(hub, Recorder()), reader(hub, link, position=2)
    hub.deliver(TOPIC, 3, b"3")

    async def ended() -> bool:
        return behind.closing

    await until(ended)
    assert hub.counters.closes == {CloseCode.INTERNAL: 1}
    assert_ended(hub, behind)
    hub.deliver(TOPIC, 4, b"4")
    await asyncio.sleep(0.01)
    assert link.seen() == [b"3", b"4"]
    assert ahead.subscriptions[TOPIC].live


def test_a_listener_of_the_bus_that_fails_stops_no_other() -> None:
    bus, heard = MemoryBus(), list[Message]()

    def fail(_message: Message) -> None:
        raise RuntimeError("This listener is broken")

    bus.listen(fail)
    bus.listen(heard.append)
    bus.publish(Message("log", TOPIC, b"1", seq=1))
    assert [message.seq for message in heard] == [1]
