"""The toy server as a process, and clients for it: one that is polite, one that writes any bytes."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID, uuid4

import httpx2
import websockets
from websockets.asyncio.client import ClientConnection

from tests.servers.process import leashed

PROGRAM = Path(__file__).with_name("toy_app.py")
LEAVING = 2.0  # seconds
PATIENCE = 30.0
MASK = b"\x01\x02\x03\x04"


class Toy:
    """One toy server; its standard error is kept for tests of what is logged."""

    def __init__(self, gateway: str, log: Path, **limits: float) -> None:
        self.gateway = gateway
        self._log = log
        command = leashed(Path(sys.executable), PROGRAM, "--gateway", gateway, "--limits", json.dumps(limits))
        with log.open("ab") as errors:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert self._process.stdout is not None
        self.line = self._process.stdout.readline()
        self.url = self.line.rpartition(" ")[2].strip()
        self.port = int(self.url.rpartition(":")[2])
        self.ws = self.url.replace("http://", "ws://") + "/api/v1/ws"

    @property
    def log(self) -> str:
        """What it wrote to standard error so far."""
        return self._log.read_text()

    @property
    def memory(self) -> int:
        """Resident memory in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024

    @property
    def pid(self) -> int:
        return self._process.pid

    def terminate(self) -> None:
        """Ask it to drain."""
        self._process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        """Its exit code."""
        return await asyncio.to_thread(self._process.wait, PATIENCE)

    def stop(self) -> None:
        """End it: in order where it can, for only then it is known which of its lines ran."""
        self._process.terminate()
        try:
            self._process.wait(LEAVING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    async def figures(self) -> dict[str, Any]:
        """What it counts."""
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"{self.url}/figures")
            found: dict[str, Any] = answer.json()
            return found

    async def figures_when(self, ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What it counts, once that is as awaited."""
        end = time.monotonic() + PATIENCE
        while not ready(found := await self.figures()):
            assert time.monotonic() < end, found
            await asyncio.sleep(0.005)
        return found

    def open(self, **options: Any) -> websockets.connect:
        """A socket without a hello."""
        options.setdefault("subprotocols", ["talkoot.v1"])
        return websockets.connect(self.ws, compression=None, **options)

    def client(self, user: int = 1, **options: Any) -> Client:
        """A client that says hello."""
        return Client(self, user, **options)


def token(user: int = 1, session: int | None = None, seconds: float = 600) -> str:
    """What the toy accepts."""
    return f"{UUID(int=user)}/{UUID(int=session or user)}/{seconds}"


class Client:
    """A polite client, in a `with`."""

    def __init__(
        self, toy: Toy, user: int, *, session: int | None = None, seconds: float = 600, **options: Any
    ) -> None:
        self._open = toy.open(**options)
        self._token = token(user, session, seconds)

    async def __aenter__(self) -> Self:
        self.socket: ClientConnection = await self._open
        await self.send(op="hello", token=self._token)
        self.welcome = await self.receive()
        assert self.welcome["op"] == "welcome"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps({name: _plain(value) for name, value in frame.items()}))

    async def receive(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))
        return found

    async def ask(self, **frame: Any) -> dict[str, Any]:
        """Send a frame with a reference, and wait for its reply; what comes before it is dropped."""
        ref = uuid4().hex
        await self.send(**frame, ref=ref)
        while (reply := await self.receive()).get("ref") != ref:
            pass
        return reply

    async def events(self, count: int) -> list[int]:
        """The positions of the next events."""
        found: list[int] = []
        while len(found) < count:
            frame = await self.receive()
            if frame["op"] == "ev":
                found.append(frame["seq"])
        return found

    async def closed(self) -> int:
        """The code this client is closed with."""
        return await close_code(self.socket)


async def close_code(socket: ClientConnection) -> int:
    """The code a socket is closed with; what comes before is dropped."""
    async with asyncio.timeout(PATIENCE):
        with suppress(websockets.ConnectionClosed):
            async for _ in socket:
                pass
    assert socket.close_code is not None
    return socket.close_code


class RawClient:
    """Writes whatever bytes, in a `with`; reads close codes."""

    def __init__(self, toy: Toy, *, hello: bool = True) -> None:
        self._toy = toy
        self._hello = hello

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._toy.port)
        self.writer.write(upgrade_request())
        self.head = await self.reader.readuntil(b"\r\n\r\n")
        if self._hello:
            self.write(text(json.dumps({"op": "hello", "token": token(99)}).encode()))
            assert b"welcome" in (await self.frame())[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.transport.abort()

    def read(self, *, on: bool) -> None:
        """Whether what comes is read from the socket."""
        transport = cast("asyncio.Transport", self.writer.transport)
        if on:
            transport.resume_reading()
        else:
            transport.pause_reading()

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    async def frame(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload."""
        first, length = await asyncio.wait_for(self.reader.readexactly(2), PATIENCE)
        if length == 126:
            length = int.from_bytes(await self.reader.readexactly(2), "big")
        return first & 0x0F, await self.reader.readexactly(length)

    async def closed(self) -> int:
        """The code of the close frame."""
        while (frame := await self.frame())[0] != 0x8:
            pass
        return int.from_bytes(frame[1][:2], "big")


def upgrade_request(path: str = "/api/v1/ws", connection: str = "Upgrade", *more: str) -> bytes:
    """The head of a handshake."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Upgrade: websocket",
        f"Connection: {connection}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        *(more or ("Sec-WebSocket-Protocol: talkoot.v1",)),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def raw_frame(first: int, payload: bytes = b"", *, masked: bool = True) -> bytes:
    """A frame with any first byte."""
    size = len(payload)
    length = (
        bytes([size])
        if size < 126
        else b"\x7e" + size.to_bytes(2, "big")
        if size < 65536
        else b"\x7f" + size.to_bytes(8, "big")
    )
    if not masked:
        return bytes([first]) + length + payload
    hidden = bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))
    return bytes([first, length[0] | 0x80]) + length[1:] + MASK + hidden


def text(payload: bytes) -> bytes:
    """A whole text frame."""
    return raw_frame(0x81, payload)


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not await happened():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
