"""Clients that come back: whoever loses a connection waits a random time and connects to another node."""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.frames import json_frame
from bench.member import Member, Shared
from bench.swarm import AT_ONCE, Seat
from bench.waiting import PATIENCE

Address = tuple[str, int]
LONGEST = 60.0  # seconds between two attempts


class Returning(Member):
    """A member that asks for what it missed, and says so when its connection is gone."""

    def __init__(self, shared: Shared, address: Address, seat: Seat, since: int | None) -> None:
        super().__init__(shared, f"{address[0]}:{address[1]}", seat.token, seat.room)
        self.since = since
        self.gone: Callable[[], None] | None = None
        self.answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        if since is not None:
            self.last = since

    async def ask(self, ref: int, message: dict[str, Any]) -> dict[str, Any]:
        """What is answered to it; raises ConnectionError when the connection is lost before."""
        answer = self.answers[ref] = asyncio.get_running_loop().create_future()
        self.transport.write(json_frame({**message, "ref": ref}))
        said: dict[str, Any] = await answer
        return said

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for answer in self.answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("The connection was lost"))
        if self.gone:
            self.gone()

    def _other(self, payload: bytes) -> None:
        frame: dict[str, Any] = json.loads(payload) if payload.startswith(b"{") else {"op": "closed"}
        if frame["op"] == "welcome":
            room: dict[str, Any] = {"room": self.room}
            if self.since is not None:
                room["since"] = self.since
            self.transport.write(json_frame({"op": "sub", "ref": 0, "rooms": [room]}))
        elif frame["op"] == "subd":
            if self.since is None:
                self.last = frame["rooms"][0]["head"]
            self.ready.set_result(None)
        elif (answer := self.answers.pop(frame.get("ref", -1), None)) is not None and not answer.done():
            answer.set_result(frame)
        elif frame["op"] in ("nack", "error", "closed"):
            self._fail(str(frame))

    def _events(self, at: int, size: int, run: int) -> None:
        last = self.last
        super()._events(at, size, run)
        self.wrong -= not self.ready.done() and self.last == last + run  # what it missed comes before `subd`


@dataclass(eq=False)
class Client:
    """Somebody who wants to be connected, for as long as the crowd is open."""

    seat: Seat
    home: int  # the node it begins with
    member: Returning | None = None
    attempts: int = 0
    wrong: int = 0

    @property
    def last(self) -> int:
        """The position it has seen everything up to."""
        return self.member.last if self.member is not None else 0

    @property
    def inside(self) -> bool:
        """Connected and subscribed."""
        member = self.member
        return (
            member is not None
            and member.ready.done()
            and not member.ready.exception()
            and not member.transport.is_closing()
        )


@dataclass
class Crowd:
    """Many such clients on several nodes."""

    nodes: Sequence[Address]
    clients: list[Client] = field(default_factory=list)
    failed: int = 0  # attempts that led to nothing
    closed: bool = False

    def __post_init__(self) -> None:
        self._shared = Shared()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def fill(self, seats: Sequence[Seat]) -> None:
        """Bring everybody in, spread evenly over the nodes."""
        self.clients = [Client(seat, number % len(self.nodes)) for number, seat in enumerate(seats)]
        await asyncio.gather(*(self._enter(client) for client in self.clients))

    @property
    def inside(self) -> int:
        """How many are connected and subscribed."""
        return sum(client.inside for client in self.clients)

    @property
    def wrong(self) -> int:
        """Events that were doubled, missing or out of order."""
        return sum(client.wrong + (client.member.wrong if client.member else 0) for client in self.clients)

    def heads(self) -> dict[str, int]:
        """The furthest that anybody has seen of each room."""
        heads: dict[str, int] = {}
        for client in self.clients:
            heads[client.seat.room] = max(heads.get(client.seat.room, 0), client.last)
        return heads

    def beat(self) -> None:
        """A heartbeat of everybody: the server closes who is silent for 50 s."""
        for client in self.clients:
            if client.inside and client.member is not None:
                client.member.beat()

    async def close(self) -> None:
        """Everybody leaves for good."""
        self.closed = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self.clients:
            if client.member is not None and client.inside:
                client.member.close()
        await asyncio.sleep(0.1)

    async def _enter(self, client: Client) -> None:
        address = self.nodes[(client.home + client.attempts) % len(self.nodes)]
        since = client.last if client.member else None
        async with self._gate:
            _, member = await asyncio.get_running_loop().create_connection(
                lambda: Returning(self._shared, address, client.seat, since), *address
            )
            client.member = member
            try:
                await asyncio.wait_for(member.ready, PATIENCE)
            except BaseException:
                member.close()
                raise
        client.attempts = 0
        member.gone = lambda: self._lost(client, member)
        if member.transport.is_closing():
            self._lost(client, member)

    def _lost(self, client: Client, member: Returning) -> None:
        client.wrong += member.wrong
        member.wrong = 0
        if not self.closed and client.member is member:
            task = asyncio.get_running_loop().create_task(self._come_back(client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _come_back(self, client: Client) -> None:
        """Full jitter: a random time up to 1 s, then 2, 4 and so on; each attempt at another node."""
        while not self.closed:
            await asyncio.sleep(random.uniform(0.0, min(LONGEST, 2.0**client.attempts)))
            client.attempts += 1
            with suppress(OSError, TimeoutError):
                await self._enter(client)
                return
            self.failed += 1
