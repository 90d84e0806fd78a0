"""A running server with its people and rooms: the same to the cases, whoever it is."""

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import ROOT
from bench.member import Member
from bench.peers.guest import Guest
from bench.peers.xmpp import XmppGuest, XmppReader
from bench.processes import SERVER_CORE, on_core
from bench.publishing import Encoder, reference_encoder, talkoot_encoder
from bench.reference.send_loop import send_loop
from bench.rest import request_bytes, rest
from bench.swarm import Seat, Swarm
from bench.world import Bench, Sizes

HOST = "127.0.0.1"
ARCHIVE = "archive"
PAGE = 50
LINE = 300  # of what it said last
ARCHIVED = f"/rooms/{ARCHIVE}/messages?limit={PAGE}"
Ask = Callable[[], Awaitable[int]]  # reads the last messages; how many came


@dataclass(frozen=True)
class Site:
    """Where it answers, which process it is, and who sits where."""

    port: int
    pid: int
    kind: type[Member]
    in_flight: int
    names: list[str]
    wide: dict[int, str]
    small: list[str]
    page: bytes = b""  # the request of the history; empty where there is none over HTTP
    folder: Path | None = None

    def swarm(self) -> Swarm:
        """Nobody is connected yet."""
        return Swarm(HOST, self.port, self.kind)

    def said(self) -> str:
        """The last line of each of its logs."""
        logs = sorted(self.folder.glob("*.log")) if self.folder else []
        lines = [log.read_text(errors="replace").strip().rpartition("\n")[2][-LINE:] for log in logs]
        return "; ".join(filter(None, lines))

    def everybody(self, members: int) -> list[Seat]:
        """The members of a wide room."""
        return [Seat(name, self.wide[members]) for name in self.names[:members]]

    def encoder(self, member: Member) -> Encoder:
        """How this member sends."""
        if isinstance(member, Guest):
            return member.message
        return talkoot_encoder() if self.names[0] else reference_encoder()

    @asynccontextmanager
    async def readers(self, number: int) -> AsyncIterator[list[Ask]]:
        """Each reads the end of the archive, one request at a time."""
        if not self.page:
            async with self._archivists(number) as asking:
                yield asking
            return
        async with rest(HOST, self.port, number) as api:

            async def ask(n: int) -> int:
                status, body = await api.lines[n].ask(self.page)
                return body.count(b'"text"') if status == 200 else 0

            yield [lambda n=n: ask(n) for n in range(number)]  # type: ignore[misc]

    @asynccontextmanager
    async def _archivists(self, number: int) -> AsyncIterator[list[Ask]]:
        crowd = Swarm(HOST, self.port, XmppReader)
        try:
            await crowd.connect([Seat(name, ARCHIVE) for name in self.names[:number]])
            yield [lambda m=m: m.newest(PAGE) for m in crowd.members]  # type: ignore[misc]
        finally:
            crowd.close()


@contextmanager
def talkoot(bench: Bench) -> Iterator[Site]:
    """Talkoot with the world in it."""
    with bench.server() as place:
        world = place.world
        path = f"/api/v1/rooms/{world.small[0]}/messages?limit={PAGE}"
        page = request_bytes("GET", path, f"{place.host}:{place.port}", token=world.tokens[0])
        yield Site(place.port, place.pid, Member, 16, world.tokens, world.wide, world.small, page)


@contextmanager
def reference(program: Path, frame_bytes: int, sizes: Sizes) -> Iterator[Site]:
    """The send limit, with frames as large as those of Talkoot."""
    with send_loop(program, frame_bytes - 4) as (pid, port):
        wide = dict.fromkeys(sizes.fanouts, "reference")
        yield Site(port, pid, Member, 16, [""] * sizes.people, wide, [])


@contextmanager
def peer(name: str, kind: type[Guest], in_flight: int, folder: Path, sizes: Sizes) -> Iterator[Site]:
    """A peer in a fresh folder, with a process that holds all of it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "bench.peers.serve", name, str(folder), ARCHIVE, str(sizes.history)]
    log = folder / "serve.log"
    with on_core(SERVER_CORE), log.open("wb") as output:
        holder = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output
        )
    try:
        assert holder.stdout
        said = holder.stdout.readline()
        if not said:
            raise RuntimeError(f"it did not start: {log.read_text(errors='replace').strip()[-LINE:]}")
        port = int(said)
        yield Site(
            port,
            holder.pid,
            kind,
            in_flight,
            [f"person{n}" for n in range(sizes.people)],
            {members: f"wide{members}" for members in sizes.fanouts},
            [f"small{n}" for n in range(sizes.rooms)],
            b"" if kind is XmppGuest else request_bytes("GET", ARCHIVED, f"{HOST}:{port}"),
            folder,
        )
    finally:
        holder.communicate()  # its input ends, and so does it
