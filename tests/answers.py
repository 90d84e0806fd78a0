"""A server on this machine that answers each request at once, and goes on with the next connection."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def answering_each(answer: Callable[[str], bytes | None]) -> AsyncIterator[int]:
    """Its port; `answer` is given the head of a request, and who gets None waits without end."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            said = answer((await reader.readuntil(b"\r\n\r\n")).decode())
            if said is None:
                await reader.read()  # until whoever asks goes away
            else:
                writer.write(said)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
