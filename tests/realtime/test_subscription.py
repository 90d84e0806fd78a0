"""However log, bus, ticks, suspensions and losses interleave: each event once, in order, none missed."""

from __future__ import annotations

import asyncio
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.realtime.connection import Connection
from talkoot.realtime.frames import split_frames
from talkoot.realtime.hub import Hub
from talkoot.realtime.subscription import Subscription
from tests.realtime.toy import until

TOPIC = UUID(int=1)
READERS = 3
STEPS = [
    *("deliver", "deliver", "deliver", "lose", "late", "repeat"),
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
        self.hub = Hub()
        self.hub.repair = self.repair
        self.hub.start()
        self.links = [Recorder() for _ in range(READERS)]
        self.readers = [Connection(self.hub, link, "test") for link in self.links]
        self.subscriptions: dict[int, Subscription] = {}
        self.snapshots: dict[int, list[tuple[int, bytes]]] = {}
        self.lost: list[int] = []
        self.head = 0

    def log_after(self, position: int) -> list[tuple[int, bytes]]:
        return [(seq, str(seq).encode()) for seq in range(position + 1, self.head + 1)]

    async def repair(self, subscription: Subscription) -> None:
        found = self.log_after(subscription.position)
        await asyncio.sleep(0)
        subscription.replay(found)
        subscription.go_live()

    async def step(self, name: str, reader: int) -> None:
        subscription = self.subscriptions.get(reader)
        if name in {"deliver", "lose", "late", "repeat"}:
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
        elif name == "late" and self.lost:
            seq = self.lost.pop(0)
            self.hub.deliver(TOPIC, seq, str(seq).encode())
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
