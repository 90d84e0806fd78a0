"""One run: people and rooms on a deployment, load, a fault, and what was there at the end."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.clients import Api, Json, join, set_up
from tests.faults.deployments import Deployment
from tests.faults.load import STUMBLED, Client, Ground, judge
from tests.faults.recording import Final, Recording, RoomAtTheEnd
from tests.faults.waits import Waits

PATIENCE = 60.0
"""Seconds until a wait in a run is given up."""


@dataclass
class Stage:
    """What a scenario plays on; `owner` does not belong to the load."""

    deployment: Deployment
    chance: random.Random
    recording: Recording
    ground: Ground
    owner: Api
    workspace: str
    rooms: list[str] = field(default_factory=list)
    people: list[Api] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)  # room -> where somebody left it last
    seconds: float = 2.0  # that a fault lasts at least, where nothing else says it
    notes: list[str] = field(default_factory=list)  # what the page says of this run beside its verdict
    _living: list[asyncio.Task[None]] = field(default_factory=list)

    async def person(self, name: str) -> Api:
        """A new member of the workspace."""
        made = await join(self.owner, self.workspace, name)
        self.people.append(made)
        return made

    async def room(self, kind: str = "public") -> str:
        """A new room, in which every person so far is a member."""
        name = f"{kind}-{len(self.rooms)}"
        made = await self.owner.post(f"/workspaces/{self.workspace}/rooms", {"name": name, "kind": kind})
        for person in self.people:
            await self.owner.put(f"/rooms/{made['id']}/members/{person.user['id']}", expect=204)
        self.rooms.append(made["id"])
        return str(made["id"])

    async def client(self, person: Api, rooms: list[str] | None = None, *, writes: bool = True) -> Client:
        """One more device of a person, which lives from now on."""
        sessions = (await person.get("/auth/sessions"))["items"]
        session = next(item["id"] for item in sessions if item["current"])
        client = Client(self.ground, person.token, person.user, session, rooms or self.rooms, writes=writes)
        self.clients.append(client)
        self._living.append(asyncio.create_task(client.run()))
        return client

    def acknowledged(self) -> int:
        """Messages and changes so far."""
        return sum(1 for _ in self.recording.of("ack", "changed"))

    async def load(self, acknowledged: int = 0, seconds: float | None = None) -> None:
        """Let the load go on for some time, and until so many more writes were acknowledged."""
        wanted = self.acknowledged() + acknowledged
        end = time.monotonic() + (self.seconds if seconds is None else seconds)
        async with asyncio.timeout(PATIENCE):
            while self.acknowledged() < wanted or time.monotonic() < end:
                self._check_living()
                await asyncio.sleep(0.05)

    def _check_living(self) -> None:
        for task in self._living:
            if task.done():
                task.result()

    async def insist(self, method: str, path: str, body: Json | None = None, **query: int) -> httpx2.Response:
        """Ask as the owner until there is an answer that is none of the server's own failures."""
        return await self.insist_as(self.owner, method, path, body, **query)

    async def insist_as(
        self, person: Api, method: str, path: str, body: Json | None = None, **query: int
    ) -> httpx2.Response:
        """The same as somebody else."""
        async with asyncio.timeout(PATIENCE):
            while True:
                person.http.base_url = f"{self.chance.choice(self.deployment.urls())}/api/v1"
                try:
                    answer = await person.ask(method, path, body, **query)
                except STUMBLED:
                    await asyncio.sleep(0.1)
                    continue
                judge(answer, self.recording, person.user["id"])
                if answer.status_code < 500:
                    return answer
                await asyncio.sleep(0.1)

    async def resources(self, phase: str) -> None:
        """Record what each node holds."""
        for number, node in enumerate(self.deployment.nodes):
            descriptors = _descriptors(node.process.pid)
            async with httpx2.AsyncClient() as nobody:
                told = (await nobody.get(f"{node.url}/metrics")).text
            connections = next(
                float(line.split()[1])
                for line in told.splitlines()
                if line.startswith("talkoot_connections ")
            )
            self.recording.add(
                "resources",
                phase=phase,
                node=number,
                descriptors=descriptors,
                connections=connections,
            )

    def injected(self, what: str, times: float = 1) -> None:
        """Record that a fault was really there, as something outside of Talkoot counted it."""
        assert times > 0, f"it was not injected: {what}"
        self.recording.add("injected", what=what, times=times)

    async def until(
        self,
        what: str,
        holds: Callable[[], Awaitable[object]],
        acknowledged: int = 0,
        patience: float = PATIENCE,
    ) -> None:
        """Let the load go on until something is so, and until so many more writes were acknowledged."""
        wanted, end = self.acknowledged() + acknowledged, time.monotonic() + patience
        while not await holds() or self.acknowledged() < wanted:
            self._check_living()
            if time.monotonic() > end:
                raise TimeoutError(f"it was waited {patience:.0f} s in vain until {what}")
            await asyncio.sleep(0.05)

    async def converge(self, patience: float = PATIENCE) -> float:
        """Heal, write nothing new, and wait until everybody has everything; the seconds it took."""
        for proxy in self.deployment.proxies:
            proxy.heal()
        began = self.recording.add("healed").at
        self.ground.quiet.set()
        waits = Waits()
        while self.recording.now() < began + patience:
            heads = await self._heads()
            unsettled = [client for client in self.clients if client.stays and not client.settled(heads)]
            waits.note(self.recording.now(), [(c.name, c.standing(heads)) for c in unsettled])
            if not unsettled:
                return self.recording.add("converged", waited_for=waits.longest()).at - began
            await asyncio.sleep(0.05)
        self.recording.add("waited", waited_for=waits.longest())
        return self.recording.now() - began

    async def _heads(self) -> dict[str, int]:
        return {room: (await self._page(room, 0))["head"] for room in self.rooms}

    async def at_the_end(self) -> Final:
        """All rooms and all unread counts, from outside."""
        rooms = {}
        for room in self.rooms:
            page = await self._page(room, 0)
            events = page["events"]
            while more := (await self._page(room, len(events)))["events"]:
                events += more
            rooms[room] = RoomAtTheEnd(page["epoch"], page["head"], events)
        unreads = {}
        for person in self.people:
            found = await self._asked(person, "/unreads")
            unreads[person.user["id"]] = {item["room"]: item for item in found["items"]}
        return Final(rooms, unreads)

    async def leave(self) -> None:
        """End all clients, and wait until the nodes know it."""
        self.ground.over.set()
        await asyncio.gather(*self._living)

    async def _page(self, room: str, after: int) -> Json:
        answer = await self.insist("GET", f"/rooms/{room}/events", after=after, limit=200)
        assert answer.status_code == 200, answer.text
        page: Json = answer.json()
        return page

    async def _asked(self, person: Api, path: str) -> Json:
        url = self.chance.choice(self.deployment.urls())
        async with Api(url, person.token) as api:
            found: Json = await api.get(path)
            return found


def _descriptors(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


@asynccontextmanager
async def staged(deployment: Deployment, chance: random.Random, *, seconds: float) -> AsyncIterator[Stage]:
    """Three people with four devices that write, one that reads, and three rooms, one of them private."""
    recording = Recording()
    owner, workspace = await set_up(deployment.urls()[0])
    ground = Ground(recording, deployment.urls, chance)
    stage = Stage(deployment, chance, recording, ground, owner, workspace["id"], seconds=seconds)
    try:
        people = [await stage.person(name) for name in ("ann", "bob", "cem", "dora")]
        for kind in ("public", "public", "private"):
            await stage.room(kind)
        await stage.resources("before")
        for person in (people[0], *people):
            await stage.client(person, writes=person is not people[3])
        yield stage
    finally:
        await stage.leave()
        for person in (owner, *stage.people):
            await person.close()
