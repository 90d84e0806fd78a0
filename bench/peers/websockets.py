"""Members of the peers that speak JSON in WebSockets: FastAPI, Channels, Socket.IO."""

import asyncio
import json

from bench.frames import client_frame, frame_at, run_length
from bench.peers.guest import Guest

PING = 0x9
CLOSE = 0x8


class WebSocketGuest(Guest):
    """`address` is what is upgraded; events begin with `event`."""

    address = "/ws/{room}?user={user}"
    event = b'{"type": "message"'

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(
            f"GET {self.address.format(room=self.room, user=self._token)} HTTP/1.1\r\nHost: {self._host}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    def message(self, ref: int, room: str, text: str) -> bytes:
        del room
        return client_frame(json.dumps({"text": self.marked(ref, text)}).encode())

    def take(self, data: bytearray, at: int, end: int) -> int:
        if not self._upgraded:
            at = self._head(data, end)
        while at < end and self._upgraded:
            header, size = frame_at(data, at, end)
            if not size:
                break
            run = 1
            if data.startswith(self.event, at + header):
                run = run_length(data, at, end, header, size)
                self.delivered(data, at, at + run * size, run)
            else:
                self._control(data[at] & 0xF, bytes(data[at + header : at + size]))
            at += run * size
        return at

    def upgraded(self) -> None:
        """The connection is open; this is all there is to it."""
        self.enter()

    def said(self, payload: bytes) -> None:
        """Anything but an event."""
        self.refuse(payload)

    def _head(self, data: bytearray, end: int) -> int:
        found = data.find(b"\r\n\r\n", 0, end)
        if found < 0:
            return 0
        if not data.startswith(b"HTTP/1.1 101 "):
            self.refuse(bytes(data[:found]).splitlines()[0])
            return end
        self._upgraded = True
        self.upgraded()
        return found + 4

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            frame = bytearray(client_frame(payload))
            frame[0] = 0x8A  # a pong
            self.transport.write(frame)
        elif opcode == CLOSE:
            self.refuse({"closed": int.from_bytes(payload[:2], "big"), "reason": payload[2:]})
        else:
            self.said(payload)


class SocketIoGuest(WebSocketGuest):
    """Engine.IO 4 over a WebSocket from the start, without long polling before it."""

    address = "/socket.io/?EIO=4&transport=websocket&room={room}&user={user}"
    event = b'42["message"'
    answered = True

    def message(self, ref: int, room: str, text: str) -> bytes:
        del room
        return client_frame(f'42{ref}["message","{self.marked(ref, text)}"]'.encode())

    def upgraded(self) -> None:
        pass  # it says `0{...}` first

    def said(self, payload: bytes) -> None:
        if payload.startswith(b"43") and self.on_ack:
            self.on_ack({"ref": int(payload[2 : payload.index(b"[")])})
        elif payload.startswith(b"0"):
            self.transport.write(client_frame(b"40"))
        elif payload.startswith(b"40"):
            self.enter()
        elif payload == b"2":
            self.transport.write(client_frame(b"3"))
        else:
            self.refuse(payload)
