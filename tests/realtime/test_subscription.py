"""However log, bus, ticks, suspensions and losses interleave: each event once, in order, none missed."""

from __future__ import annotations

import asyncio
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.realtime.connection import Connection
from talkoot.realtime.frames import split_frames
from talkoot.realtime.hub import Hub
from talkoot.realtime.limits import Limits
from talkoot.realtime.subscription import Subscription
from tests.realtime.toy import until

TOPIC = UUID(int=1)
READERS = 3
STEPS = [
    *("deliver", "deliver", "deliver", "lose", "lose", "late", "later", "repeat", "head"),
    *("subscribe", "read", "replay", "go_live", "catch_up", "suspend", "replace", "tick", "ephemeral"),
]


class Recorder:
    """A link that keeps what it is given."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def close(self, data: bytes) -> None:
        self.data += data

    def abort(self) -> None:
        raise AssertionError("Nothing here is slow")

    def seen(self) -> list[int]:
        return [int(payload) for _, payload in split_frames(self.data) if payload != b"ephemeral"]


class Story:
    """A log, a hub, and readers in any state."""

    def __init__(self) -> None:
        self.hub = Hub(Limits(reorder_seconds=0))
        self.hub.holes.fill = self.fill
        self.hub.start()
        self.links = [Recorder() for _ in range(READERS)]
        self.readers = [Connection(self.hub, link, "test") for link in self.links]
        self.subscriptions: dict[int, Subscription] = {}
        self.snapshots: dict[int, list[tuple[int, bytes]]] = {}
        self.lost: list[int] = []
        self.head = 0
        self.fills = 0

    def log_after(self, position: int) -> list[tuple[int, bytes]]:
        return [(seq, str(seq).encode()) for seq in range(position + 1, self.head + 1)]

    async def fill(self, topic: UUID, position: int) -> None:
        found = self.log_after(position)
        self.fills += 1
        await asyncio.sleep(0)
        for seq, said in found:
            self.hub.deliver(topic, seq, said)

    async def step(self, name: str, reader: int) -> None:
        subscription = self.subscriptions.get(reader)
        if name in {"deliver", "lose", "late", "later", "repeat", "head"}:
            self.on_bus(name)
        elif name == "ephemeral":
            self.hub.deliver_ephemeral(TOPIC, b"ephemeral")
        elif name == "tick":
            await asyncio.sleep(0)
        elif name == "subscribe" and subscription is None:
            self.subscriptions[reader] = self.hub.subscribe(self.readers[reader], TOPIC)
        elif subscription is not None:
            self.on_subscription(name, reader, subscription)

    async def settled(self) -> bool:
        return all(s.live and s.position == self.head for s in self.subscriptions.values())

    def on_bus(self, name: str) -> None:
        if name == "deliver":
            self.head += 1
            self.hub.deliver(TOPIC, self.head, str(self.head).encode())
        elif name == "lose":
            self.head += 1
            self.lost.append(self.head)
        elif name in {"late", "later"} and self.lost:
            seq = self.lost.pop(0 if name == "late" else -1)
            self.hub.deliver(TOPIC, seq, str(seq).encode())
        elif name == "head":
            self.hub.stands_at(TOPIC, self.head, self.head)
        elif name == "repeat" and self.head:
            self.hub.deliver(TOPIC, self.head, str(self.head).encode())

    def on_subscription(self, name: str, reader: int, subscription: Subscription) -> None:
        if name == "read":
            self.snapshots[reader] = self.log_after(subscription.position)
        elif name == "replay":
            self.replay_snapshot(reader, subscription)
        elif name == "catch_up":
            subscription.replay(self.log_after(subscription.position))
            subscription.go_live()
        elif name == "go_live":
            subscription.go_live()
        elif name == "suspend":
            subscription.suspend()
        elif name == "replace":
            position = subscription.position
            self.subscriptions[reader] = self.hub.subscribe(self.readers[reader], TOPIC, position)

    def replay_snapshot(self, reader: int, subscription: Subscription) -> None:
        """Chat replays what it has read; a snapshot that begins too late would be its own mistake."""
        found = self.snapshots.pop(reader, [])
        if found and found[0][0] <= subscription.position + 1:
            subscription.replay(found)

    async def settle(self) -> None:
        """Everybody goes live, and one more event shows whoever has a hole."""
        for subscription in self.subscriptions.values():
            subscription.go_live()
        await self.step("deliver", 0)
        await until(self.settled)
        await asyncio.sleep(0)
        await self.hub.stop()


async def play(steps: list[tuple[str, int]]) -> None:
    story = Story()
    for reader in range(READERS - 1):
        await story.step("subscribe", reader)
        await story.step("go_live", reader)
    for name, reader in steps:
        await story.step(name, reader)
    await story.settle()
    for reader, subscription in story.subscriptions.items():
        assert story.links[reader].seen() == list(range(1, story.head + 1))
        assert subscription.live
        assert subscription.position == story.head


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, READERS - 1)), min_size=10, max_size=60))
def test_each_event_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    asyncio.run(play(steps))


def test_what_comes_early_waits_and_asks_no_log() -> None:
    async def story() -> None:
        told = Story()
        for reader in range(READERS):
            await told.step("subscribe", reader)
            await told.step("go_live", reader)
        for name in ("lose", "lose", "deliver", "later", "late", "repeat"):  # 3, 2, 1, 3
            await told.step(name, 0)
        await until(told.settled)
        assert told.hub.counters.writes == 0
        await told.settle()
        assert told.fills == 0
        assert [link.seen() for link in told.links] == [[1, 2, 3, 4]] * READERS

    asyncio.run(story())


def test_what_was_lost_is_read_once_for_all() -> None:
    async def story() -> None:
        told = Story()
        for reader in range(READERS):
            await told.step("subscribe", reader)
            await told.step("go_live", reader)
        for name in ("deliver", "lose", "lose", "deliver", "deliver"):
            await told.step(name, 0)
        await until(told.settled)
        await told.step("lose", 0)
        await told.step("head", 0)  # the last one, which no other event shows
        await until(told.settled)
        await asyncio.sleep(0)
        assert told.fills == told.hub.counters.repairs == 2
        assert [link.seen() for link in told.links] == [[1, 2, 3, 4, 5, 6]] * READERS
        await told.hub.stop()

    asyncio.run(story())


def test_readers_at_the_same_position_are_served_together() -> None:
    async def story() -> None:
        told = Story()
        for reader in range(READERS):
            await told.step("subscribe", reader)
            await told.step("go_live", reader)
        for _ in range(10):
            await told.step("deliver", 0)
        await asyncio.sleep(0.01)
        assert told.hub.counters.writes == READERS
        assert told.hub.counters.deliveries == READERS * 10
        await told.hub.stop()

    asyncio.run(story())
