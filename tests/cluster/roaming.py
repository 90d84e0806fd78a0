"""People who write through whichever node takes them, and go to the next one when theirs goes away."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.clients import Api, Socket, join, set_up
from tests.faults.writers import SECONDS, Writer, check, whole_log
from tests.servers.talkoot import Talkoot


@dataclass
class Roaming(Writer):
    """A writer with a way to every node."""

    ways: Sequence[Api] = ()
    rest: float = 0.0  # seconds after each burst
    left: int = 0  # how often its node went away
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def roam(self) -> None:
        """Write until told to stop and everything is stored."""
        for way in itertools.cycle(self.ways):
            self.person = way
            self.nacks.clear()
            try:
                async with await Socket.of(self.person) as socket:
                    await self._again(socket)
                    while not self.nacks and not self.stop.is_set():
                        await self._burst(socket)
                        await asyncio.sleep(self.rest)
            except (ConnectionClosed, OSError, InvalidHandshake, TimeoutError):
                self.left += 1
                await asyncio.sleep(0.05)
            if self.stop.is_set() and not self.pending:
                return

    async def _again(self, socket: Socket) -> None:
        for cid, text in [*self.pending.items()]:
            await self._send(socket, cid, text)
            if self.nacks:
                return


@dataclass
class Crowd:
    """Writers on several nodes, in rooms that they share."""

    owner: Api
    rooms: list[str]
    writers: list[Roaming]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def on(cls, nodes: Sequence[Talkoot], *, rooms: int, rest: float = 0.0) -> "Crowd":
        """Two people at each node in each room: nobody has a room for himself."""
        owner, workspace = await set_up(nodes[0].url)
        path = f"/workspaces/{workspace['id']}/rooms"
        made = [(await owner.post(path, {"name": f"Room {n}"}))["id"] for n in range(rooms)]
        people = [owner, await join(owner, workspace["id"], "second")]
        writers = []
        for number, (person, room, first) in enumerate(itertools.product(people, made, range(len(nodes)))):
            ways = [Api(node.url, person.token, person.user) for node in (*nodes[first:], *nodes[:first])]
            writers.append(Roaming(ways[0], room, f"writer-{number}", ways=ways, rest=rest))
        await people[1].close()
        return cls(owner, made, writers)

    def start(self) -> None:
        self.tasks = [asyncio.create_task(writer.roam()) for writer in self.writers]

    async def further(self, messages: int) -> None:
        """Wait until everybody was promised so many more: nobody starves."""
        before = [len(writer.acks) for writer in self.writers]
        async with asyncio.timeout(2 * SECONDS):
            while any(
                len(writer.acks) < count + messages
                for writer, count in zip(self.writers, before, strict=True)
            ):
                for task in self.tasks:
                    assert not task.done(), task.result()
                await asyncio.sleep(0.01)

    async def end(self) -> None:
        """Stop; everything that was ever sent is stored once, as it was promised, in its order."""
        for writer in self.writers:
            writer.stop.set()
        async with asyncio.timeout(2 * SECONDS):
            await asyncio.gather(*self.tasks)
        for room in self.rooms:
            log = await whole_log(self.owner, room)
            mine = [writer for writer in self.writers if writer.room == room]
            check(log, mine)
            assert sum(event["type"] == "message.created" for event in log) == sum(w.count for w in mine)
        for person in (self.owner, *(way for writer in self.writers for way in writer.ways)):
            await person.close()
