"""A way to PostgreSQL that can be cut in the worst moment: COMMIT has gone out, its answer is not back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

COMMIT = b"COMMIT\0"


class Cutting:
    """Hands on bytes both ways; once armed, swallows the answer to a COMMIT and ends its connection."""

    def __init__(self, port: int) -> None:
        self.armed = False
        self.cuts = 0
        self.port = 0
        self._target = port
        self._ways: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def before(cls, port: int) -> AsyncIterator["Cutting"]:
        """One that listens on a port of its own."""
        cutting = cls(port)
        server = await asyncio.start_server(cutting._accept, "127.0.0.1", 0)
        cutting.port = server.sockets[0].getsockname()[1]
        yield cutting
        server.close()
        for way in [*cutting._ways]:
            way.cancel()
        await asyncio.gather(*cutting._ways, return_exceptions=True)

    async def _accept(self, near: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        far, database = await asyncio.open_connection("127.0.0.1", self._target)
        answers = asyncio.create_task(self._hand_on(far, client))
        self._ways.add(answers)
        answers.add_done_callback(self._ways.discard)
        try:
            while data := await near.read(65536):
                cut = self.armed and COMMIT in data
                if cut:
                    answers.cancel()
                database.write(data)
                if cut:
                    self.armed = False
                    self.cuts += 1
                    await far.read(65536)  # its answer: it is durable now, and nobody is told
                    break
        finally:
            client.transport.abort()
            database.close()

    async def _hand_on(self, near: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await near.read(65536):
            writer.write(data)
        writer.close()
