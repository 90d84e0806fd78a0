"""Many members of a room, connected from one process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.member import Member, Shared
from bench.reader import Reader, library
from bench.waiting import PATIENCE, until

AT_ONCE = 100
SAMPLED = 25


@dataclass(frozen=True)
class Seat:
    """Who sits in which room."""

    token: str
    room: str


class Swarm:
    """The members, and what is true of all of them together."""

    def __init__(self, host: str, port: int, kind: type[Member] = Member) -> None:
        self.shared = Shared()
        self.members: list[Member] = []
        self._host, self._port, self._kind = host, port, kind
        self._reader: Reader | None = None

    async def connect(self, seats: Sequence[Seat]) -> None:
        """Bring them in, a hundred at a time, and once only; returns when each is subscribed."""
        gate = asyncio.Semaphore(AT_ONCE)
        every = max(1, len(seats) // SAMPLED)
        async with asyncio.TaskGroup() as group:
            entering = [
                group.create_task(self._enter(seat, gate, sampled=n % every == 0))
                for n, seat in enumerate(seats)
            ]
        self.members = [task.result() for task in entering]
        if self._kind is Member and (code := library()):
            self._reader = Reader(code, self.members)

    @property
    def delivered(self) -> int:
        """Events that all members got until now."""
        return self._reader.total if self._reader else sum(member.count for member in self.members)

    def sample(self, *, on: bool) -> None:
        """Begin to note latencies anew, or end it."""
        self.shared.sampling = on
        if on:
            self.shared.seconds.clear()
        if self._reader:
            self._reader.sample(on=on)

    def samples(self) -> list[float]:
        """Latencies in seconds that some of the members saw."""
        return self._reader.samples() if self._reader else self.shared.seconds

    def look(self) -> None:
        """Have the counters of the members up to date."""
        if self._reader:
            self._reader.look()

    def beat(self) -> None:
        """A heartbeat of everybody: the server closes who is silent for 50 s."""
        for member in self.members:
            member.beat()

    async def settled(self, heads: dict[str, int]) -> None:
        """Wait until every member has everything up to the head of its room."""

        def all_there() -> bool:
            self.look()
            return all(member.last >= heads[member.room] for member in self.members)

        await until(all_there)

    def require_correct(self, heads: dict[str, int], sent: dict[str, int]) -> None:
        """Every member got every event of its room exactly once, in order, and nothing was refused."""
        for member in self.members:
            right = member.last == heads[member.room] and member.count == sent[member.room]
            if member.wrong or member.refused or not right:
                raise AssertionError(
                    f"A member got {member.count} of {sent[member.room]} events up to {member.last} of "
                    f"{heads[member.room]}, {member.wrong} out of order; refused: {member.refused[:3]}"
                )

    def close(self) -> None:
        """Everybody leaves."""
        if self._reader:
            self._reader.close()
            self._reader = None
        for member in self.members:
            member.close()

    async def _enter(self, seat: Seat, gate: asyncio.Semaphore, *, sampled: bool) -> Member:
        async with gate:
            _, member = await asyncio.get_running_loop().create_connection(
                lambda: self._kind(
                    self.shared, f"{self._host}:{self._port}", seat.token, seat.room, sampled=sampled
                ),
                self._host,
                self._port,
            )
            await asyncio.wait_for(member.ready, PATIENCE)
            return member


@asynccontextmanager
async def swarm(host: str, port: int, seats: Sequence[Seat]) -> AsyncIterator[Swarm]:
    """Members that are connected as long as the block runs."""
    crowd = Swarm(host, port)
    try:
        await crowd.connect(seats)
        yield crowd
    finally:
        crowd.close()
        await asyncio.sleep(0)
