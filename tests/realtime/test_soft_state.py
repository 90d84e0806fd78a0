"""Once-only use, the bus and the token bucket: small promises, each kept exactly."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from talkoot.kernel.token_bucket import TokenBucket
from talkoot.realtime.bus import MemoryBus, Message
from talkoot.realtime.tickets import MemoryOnce

USER = UUID(int=1)


class Time:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_what_can_no_longer_be_accepted_is_forgotten() -> None:
    time = Time()
    once = MemoryOnce(time)
    mark = await once.mark()
    assert await once.use("ticket", 30, mark)
    time.now += 29.9
    assert not await once.use("ticket", 30, mark)
    time.now += 30.1
    assert await once.use("ticket", 30, mark)


def test_the_bus_calls_every_listener_in_order() -> None:
    bus, first, second = MemoryBus(), list[int](), list[int]()
    bus.listen(lambda message: first.append(message.seq))
    bus.listen(lambda message: second.append(message.seq))
    for seq in range(5):
        bus.publish(Message("log", USER, b"{}", seq=seq))
    assert first == second == [0, 1, 2, 3, 4]


@given(st.lists(st.floats(0, 3), max_size=200), st.floats(0.5, 20), st.integers(1, 20))
def test_a_bucket_never_lets_more_through_than_burst_and_rate(
    pauses: list[float], rate: float, burst: int
) -> None:
    bucket, now, taken = TokenBucket(), 1000.0, list[float]()
    for pause in pauses:
        now += pause
        wait = bucket.take(now, rate, burst)
        if not wait:
            taken.append(now)
        else:
            assert (
                bucket.take(now + wait * 1.001 + 1e-6, rate, burst) == 0.0
            )  # it does not lie about the wait
            now += wait * 1.001 + 1e-6
            taken.append(now)
    for start, begun in enumerate(taken):
        for count, moment in enumerate(taken[start:], 1):
            assert count <= burst + (moment - begun) * rate + 1e-3


def test_a_full_bucket_gives_a_burst_and_no_rate_is_no_limit() -> None:
    bucket = TokenBucket()
    assert [bucket.take(50.0, 1.0, 3) for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]
    assert not bucket.is_full(52.9)
    assert bucket.is_full(53.0)
    assert not any(bucket.take(50.0, 0.0, 0) for _ in range(1000))
