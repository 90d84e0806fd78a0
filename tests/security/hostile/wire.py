"""The other end of the connection: sends bytes as they are, and reads what an answer was, quickly."""

import asyncio
from contextlib import suppress

PATIENCE = 60.0
A_MOMENT = 0.2


class Wire:
    """One HTTP connection, opened again whenever the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, data: bytes) -> int:
        """The status; 0 when the server closed without one. TimeoutError when nothing happened."""
        for _ in range(2):
            fresh = self._writer is None
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._once(data)
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self.close()
                if fresh:
                    return 0
            except TimeoutError:
                await self.close()
                raise
        return 0

    async def shout(self, data: bytes) -> int:
        """The status of what may be no request at all, on a connection of its own; 0 without one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        try:
            writer.write(data)
            async with asyncio.timeout(A_MOMENT):
                head = await reader.read(65_536)
            return int(head.split()[1]) if head.startswith(b"HTTP/1.1 ") else 0
        except (ConnectionError, TimeoutError):
            return 0  # it waits for the rest, as it may
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _once(self, data: bytes) -> int:
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        self._writer.write(data)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        status = int(lines[0].split()[1])
        lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
        if lengths and not data.startswith(b"HEAD "):
            await self._reader.readexactly(lengths[0])
        if b"connection: close" in lines or not (lengths or status in {204, 304}) or status < 200:
            await self.close()
        return status

    async def close(self) -> None:
        """Close, if it is open."""
        if self._writer is not None:
            self._writer.transport.abort()
            with suppress(OSError):
                await self._writer.wait_closed()
        self._reader = self._writer = None
