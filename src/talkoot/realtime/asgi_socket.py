"""uvicorn's own sockets, for a gateway that stands behind ASGI: with them comes the package websockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from websockets.frames import Frame

_PONGS = 256 * 1024
_LINGER = 2.0


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's sockets, with a bound on fragments and on pongs that nobody reads."""

    fragments = 64
    broken = False

    def data_received(self, data: bytes) -> None:
        """Bytes came; after a broken frame they are neither read nor kept."""
        if not self.broken:
            super().data_received(data)

    def handle_parser_exception(self) -> None:
        """Say why, and leave time to read it: to close at once would reset the connection."""
        self.broken = self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        code = self.conn.close_sent.code if self.conn.close_sent else 1006
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": None})
        self.close_timer = self.loop.call_later(_LINGER, self.transport.close)

    def handle_cont(self, event: Frame) -> None:
        """One more fragment."""
        if len(self.frames) >= self.fragments:
            self.conn.fail(1009, "Too many fragments")
            self.handle_parser_exception()
        else:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """The answer to a ping, as long as answers are read."""
        super().handle_ping()
        if self.transport.get_write_buffer_size() > _PONGS:
            self.transport.abort()
