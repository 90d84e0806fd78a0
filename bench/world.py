"""The people and rooms that the workloads use: made once, over the API, and copied for each server."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.reference.postgresql import postgresql
from bench.rest import Rest, rest
from bench.server import Server
from bench.swarm import Seat, Swarm, swarm
from tests.servers.postgres import Postgres

PASSWORD = "correct horse battery staple"  # noqa: S105 - of people that do not exist
USES = 1000  # of one invitation


@dataclass(frozen=True)
class Sizes:
    """How large everything is; the defaults are those of the measured run."""

    people: int = 1000
    fanouts: tuple[int, ...] = (10, 30, 100, 300, 1000)
    publishers: int = 8
    senders: tuple[int, ...] = (1, 4, 16, 64, 256)
    postgresql: int = 256  # people there
    rooms: int = 100
    room_size: int = 10
    idle: tuple[int, ...] = (0, 500, 2000, 10_000)
    history: int = 100_000
    storm: int = 1000
    messages: int = 1_000_000  # to search
    library: int = 100  # rooms that they are in
    repeats: int = 3
    seconds: float = 1.5
    warm_up: float = 0.6
    warm_searches: int = 20


TINY = Sizes(
    people=12,
    fanouts=(12,),
    publishers=2,
    senders=(1, 4),
    postgresql=12,
    rooms=3,
    room_size=4,
    idle=(0, 12, 20),
    history=120,
    storm=12,
    messages=400,
    library=8,
    repeats=1,
    seconds=0.2,
    warm_up=0.05,
    warm_searches=2,
)


def fewer(sizes: Sizes, people: int) -> Sizes:
    """The same as far as so many people allow it."""
    return replace(
        sizes,
        people=people,
        fanouts=tuple(number for number in sizes.fanouts if number <= people),
        senders=tuple(number for number in sizes.senders if number <= people),
        rooms=min(sizes.rooms, people // sizes.room_size),
        storm=min(sizes.storm, people),
        postgresql=min(sizes.postgresql, people),
    )


@dataclass(frozen=True)
class World:
    """Access tokens of the people, and the rooms they are in: person i is in `small[i // room_size]`."""

    tokens: list[str]
    wide: dict[int, str]  # by the number of members
    small: list[str]
    alone: list[str]  # room i has person i only

    def seats(self, members: int) -> list[Seat]:
        """The first members of a wide room."""
        return [Seat(token, self.wide[members]) for token in self.tokens[:members]]


@dataclass(frozen=True)
class Place:
    """Where a server with a world answers, and which process it is."""

    host: str
    port: int
    pid: int
    world: World
    database: int | None = None  # process id of a database server

    @asynccontextmanager
    async def swarm(self, seats: list[Seat]) -> AsyncIterator[Swarm]:
        """Members connected to it."""
        async with swarm(self.host, self.port, seats) as crowd:
            yield crowd

    @asynccontextmanager
    async def rest(self, lines: int) -> AsyncIterator[Rest]:
        """Its REST interface."""
        async with rest(self.host, self.port, lines) as api:
            yield api


Watch = Callable[[int, str, str], AbstractContextManager[None]]  # process id of the server, workload, case


def unwatched(server: int, workload: str, case: str) -> AbstractContextManager[None]:
    """Nobody looks on while it is measured."""
    del server, workload, case
    return nullcontext()


@dataclass(frozen=True)
class Bench:
    """What each workload gets: how large, where to work, what to start from, and the reference."""

    sizes: Sizes
    folder: Path
    template: Path
    world: World
    reference: Path | None
    watch: Watch = unwatched

    @contextmanager
    def postgresql(self) -> Iterator[Postgres | None]:
        """A PostgreSQL of its own; None where there is none to be had."""
        with postgresql() as cluster:
            yield cluster

    @contextmanager
    def server(self) -> Iterator[Place]:
        """A fresh server with the whole world in it."""
        data = self.folder / "server"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self.template, data)
        with Server(data) as server:
            yield Place(server.host, server.port, server.pid, self.world)


async def make_world(template: Path, sizes: Sizes, database_url: str = "") -> World:
    """Let a server without a core of its own make everybody; its data stays in `template`, or there."""
    with Server(template, pinned=False, database_url=database_url) as server:
        async with rest(server.host, server.port) as api:
            world = await populate(api, sizes)
    return world


async def populate(api: Rest, sizes: Sizes) -> World:
    """Set up, invite, register and sign in everybody, and put them into their rooms."""
    person = {"username": "owner", "display_name": "Owner", "password": PASSWORD}
    made = await api.call("POST", "/setup", {"workspace": "Bench", **person})
    workspace, owner = made["workspace"]["id"], await _sign_in(api, "owner")
    tokens = await _people(api, workspace, owner, sizes.people)

    async def room(name: str, members: list[str]) -> str:
        made = await api.call(
            "POST", f"/workspaces/{workspace}/rooms", {"name": name, "kind": "public"}, owner
        )
        await asyncio.gather(*(api.call("POST", f"/rooms/{made['id']}/join", {}, token) for token in members))
        return str(made["id"])

    per = sizes.room_size
    return World(
        tokens=tokens,
        wide={n: await room(f"wide {n}", tokens[:n]) for n in {*sizes.fanouts, sizes.people}},
        small=[await room(f"small {n}", tokens[n * per : n * per + per]) for n in range(sizes.rooms)],
        alone=[await room(f"alone {n}", tokens[n : n + 1]) for n in range(max(sizes.senders))],
    )


async def _people(api: Rest, workspace: str, owner: str, number: int) -> list[str]:
    async def person(name: str, invite: str) -> str:
        form = {"username": name, "display_name": name.title(), "password": PASSWORD, "invite": invite}
        await api.call("POST", "/auth/register", form)
        return await _sign_in(api, name)

    invites = [
        (await api.call("POST", f"/workspaces/{workspace}/invites", {"max_uses": USES}, owner))["token"]
        for _ in range(number // USES + 1)
    ]
    return list(await asyncio.gather(*(person(f"person{n}", invites[n // USES]) for n in range(number))))


async def _sign_in(api: Rest, name: str) -> str:
    answer: dict[str, Any] = await api.form(
        "/auth/token", grant_type="password", username=name, password=PASSWORD
    )
    return str(answer["access_token"])
