"""The same gateway as a plain ASGI application, for servers whose transports are out of reach."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.frames import CLOSE, TEXT, split_frames
from talkoot.realtime.handshake import SUBPROTOCOL, Refusal, Upgrade

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from talkoot.realtime.connection import Connection
    from talkoot.realtime.gateway import Gateway

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class AsgiGateway:
    """Serves the sockets of the gateway that the lifespan put into the state of the scope."""

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One socket, from the request to its end."""
        gateway: Gateway = scope["state"]["gateway"]
        upgrade = Upgrade.read(scope["query_string"], scope["headers"])
        peer = scope["client"][0] if scope.get("client") else ""
        address = gateway.address_of(peer, upgrade)
        refusal = gateway.refusal(upgrade, address)
        await receive()
        if refusal is not None:
            await _refuse(scope, send, refusal)
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        await AsgiLink(gateway, address, receive, send).run()


class AsgiLink:
    """A link whose writes a task takes to the server; ASGI wants messages, so frames are taken apart."""

    def __init__(self, gateway: Gateway, address: str, receive: Receive, send: Send) -> None:
        self._gateway = gateway
        self._receive = receive
        self._send = send
        self._waiting: list[bytes] = []
        self._filled = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self._connection: Connection = gateway.open(self, address)

    async def run(self) -> None:
        """Until one side ends."""
        writer = asyncio.create_task(self._write_on())
        self._reader = asyncio.create_task(self._read_on())
        try:
            await self._reader
        except asyncio.CancelledError:
            if not self._connection.closing:
                raise
        finally:
            writer.cancel()
            self._gateway.lost(self._connection)

    def write(self, data: bytes) -> None:
        """Hand these frames to the task that writes; nothing more comes before it has sent them."""
        self._waiting.append(data)
        self._connection.pause()
        self._filled.set()

    def close(self, data: bytes) -> None:
        """The close frame goes the same way."""
        self._waiting.append(data)
        self._filled.set()

    def abort(self) -> None:
        """End now."""
        if self._reader is not None:
            self._reader.cancel()

    async def _read_on(self) -> None:
        connection = self._connection
        while (message := await self._receive())["type"] == "websocket.receive":
            if connection.closing:
                continue
            if message.get("text") is None:
                connection.close(CloseCode.UNSUPPORTED, "Only text frames are spoken here")
            elif len(message["text"].encode()) > self._gateway.hub.limits.frame_bytes:
                connection.close(CloseCode.TOO_BIG)
            else:
                self._gateway.conversation.take(connection, message["text"])

    async def _write_on(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            frames, self._waiting = self._waiting, []
            for data in frames:
                for opcode, payload in split_frames(data):
                    await self._send(_message(opcode, payload))
            if not self._waiting:
                self._connection.resume()


def _message(opcode: int, payload: bytes) -> dict[str, Any]:
    if opcode == TEXT:
        return {"type": "websocket.send", "text": payload.decode()}
    assert opcode == CLOSE
    return {
        "type": "websocket.close",
        "code": int.from_bytes(payload[:2], "big"),
        "reason": payload[2:].decode(),
    }


async def _refuse(scope: MutableMapping[str, Any], send: Send, refusal: Refusal) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": CloseCode.FORBIDDEN})
        return
    headers = [(name.encode(), value.encode()) for name, value in refusal.headers()]
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": refusal.body()})
