"""A TCP proxy that misbehaves as it is told, in each direction for itself."""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

HERE = "127.0.0.1"
CHUNK = 65536
NARROW = 4096
KEEPALIVE = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 30_000}
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds


def is_commit(data: bytes) -> bool:
    """Whether PostgreSQL is told to commit; its answer is then in the worst moment to be lost."""
    return b"COMMIT\0" in data


@dataclass
class Way:
    """What happens to bytes in one direction; by default they are handed on."""

    delay: float = 0.0  # seconds
    jitter: float = 0.0  # seconds more, at most
    rate: float | None = None  # bytes a second
    blackhole: bool = False  # nothing is read, and nothing is closed
    slice: int = CHUNK  # bytes in one write at most
    cut_after: int | None = None  # bytes until both ends are reset
    half_close_after: int | None = None  # bytes until the end of file is told, in this direction alone
    cut_when: Callable[[bytes], bool] | None = None  # what it hands on last; the answer is swallowed
    replay: Callable[[bytes], bool] | None = None  # what is sent once more, later, by itself
    handed: int = 0


@dataclass(eq=False)
class _Pair:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    swallowing: bool = False


class Proxy:
    """Stands before a port; `up` is from the client to the server, `down` the other way."""

    def __init__(self, target: int, chance: random.Random | None = None) -> None:
        self.up, self.down = Way(), Way()
        self.port = 0
        self.target = target
        self.host = HERE
        self.accepted = self.cuts = self.replayed = self.resets = self.held = self.late = 0
        self.refusing = False
        self.narrow = False  # little fits into new connections: who does not read is soon noticed
        self._chance = chance or random.Random(0)
        self._pairs: set[_Pair] = set()
        self._replays: set[asyncio.Task[None]] = set()
        self._accepts: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @classmethod
    async def before(
        cls, port: int, chance: random.Random | None = None, *, target: str = HERE, at: str = HERE
    ) -> Self:
        """One that listens on a port of its own; `target` and `at` are hosts."""
        proxy = cls(port, chance)
        proxy.host = target
        proxy._server = await asyncio.start_server(proxy._accept, at, 0, limit=CHUNK)
        proxy.port = proxy._server.sockets[0].getsockname()[1]
        return proxy

    @classmethod
    @asynccontextmanager
    async def opened(cls, port: int) -> AsyncIterator[Self]:
        """The same, closed at the end."""
        proxy = await cls.before(port)
        try:
            yield proxy
        finally:
            await proxy.close()

    def heal(self) -> None:
        """Hand everything on again; connections whose bytes were held back go on."""
        self.up, self.down, self.refusing = Way(), Way(), False

    def hang(self) -> None:
        """Keep connections open and say nothing, in both directions, to those that come too."""
        self.up.blackhole = self.down.blackhole = True

    def reset_all(self) -> None:
        """Reset every connection that is open now."""
        for pair in list(self._pairs):
            self.resets += 1
            self._reset(pair)

    async def close(self) -> None:
        """End everything."""
        if self._server:
            self._server.close()
        tasks = [task for pair in self._pairs for task in pair.tasks] + [*self._replays, *self._accepts]
        self.reset_all()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, near: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._accepts.add(task)
        task.add_done_callback(self._accepts.discard)
        self.accepted += 1
        try:
            if self.refusing:
                raise ConnectionRefusedError
            far, server = await self._connect()
        except OSError:
            client.transport.abort()
            return
        pair = _Pair(client, server)
        self._pairs.add(pair)
        try:
            _notice_when_gone(client.get_extra_info("socket"))
            pair.tasks = [
                asyncio.create_task(self._carry(pair, near, server, up=True)),
                asyncio.create_task(self._carry(pair, far, client, up=False)),
            ]
            await asyncio.wait(pair.tasks)
        except OSError:
            pass  # who came has gone already
        finally:  # what is left open here would warn in some later test
            self._pairs.discard(pair)
            for writer in (client, server):
                writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if not self.narrow:
            return await asyncio.open_connection(self.host, self.target, limit=CHUNK)
        raw = socket.socket()
        raw.setblocking(False)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # buffers grow with it
        await asyncio.get_running_loop().sock_connect(raw, (self.host, self.target))
        return await asyncio.open_connection(sock=raw, limit=NARROW)

    async def _carry(
        self, pair: _Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool
    ) -> None:
        try:
            while data := await self._next(reader, up=up):
                if pair.swallowing and not up:
                    break
                await self._hand_on(pair, writer, data, up=up)
            if pair.swallowing:
                self._reset(pair)
            elif writer.can_write_eof():
                writer.write_eof()
        except OSError:  # one end was reset: so is the other
            self._reset(pair)

    async def _next(self, reader: asyncio.StreamReader, *, up: bool) -> bytes:
        await self._while_black(up=up)
        data = await reader.read(CHUNK)
        await self._while_black(up=up)
        return data

    async def _while_black(self, *, up: bool) -> None:
        self.held += self._way(up=up).blackhole  # a connection that would have been read
        while self._way(up=up).blackhole:  # noqa: ASYNC110 - a scenario sets it whenever it likes
            await asyncio.sleep(0.02)

    def _way(self, *, up: bool) -> Way:
        return self.up if up else self.down

    async def _hand_on(self, pair: _Pair, writer: asyncio.StreamWriter, data: bytes, *, up: bool) -> None:
        way = self._way(up=up)
        if way.delay or way.jitter:
            self.late += 1
            await asyncio.sleep(way.delay + self._chance.random() * way.jitter)
        if way.cut_when and way.cut_when(data):
            pair.swallowing, way.cut_when = True, None
            self.cuts += 1
        if way.replay and way.replay(data):
            self._replays.add(asyncio.create_task(self._replay(data)))
            self.replayed += 1
        for start in range(0, len(data), way.slice):
            part = data[start : start + way.slice]
            writer.write(part)
            await writer.drain()
            way.handed += len(part)
            if way.rate:
                await asyncio.sleep(len(part) / way.rate)
            if self._is_over(way.cut_after, way):
                self.cuts += 1
                way.cut_after = None
                self._reset(pair)
                return
        if self._is_over(way.half_close_after, way):
            way.half_close_after = None
            writer.write_eof()

    async def _replay(self, data: bytes) -> None:
        await asyncio.sleep(self._chance.random())
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(self.host, self.target)
            try:
                writer.write(data)
                await reader.read(CHUNK)
            finally:
                writer.close()

    def _is_over(self, bound: int | None, way: Way) -> bool:
        return bound is not None and way.handed >= bound

    def _reset(self, pair: _Pair) -> None:
        for writer in (pair.client, pair.server):
            raw = writer.get_extra_info("socket")
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()


def _notice_when_gone(raw: socket.socket) -> None:
    """Look after the other end as Talkoot asks PostgreSQL to: who stands between must not keep it alive."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):  # not every system has all of them
            raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
