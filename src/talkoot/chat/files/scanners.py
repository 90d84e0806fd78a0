"""What looks for viruses: clamd, over TCP or a socket of this machine, or a program of the administrator's.

clamd is asked with `INSTREAM`: each piece behind its length in four bytes, and an empty one at the end. A
program gets the file on its standard input, or its path instead of `{file}`, and ends with 0 if there is
nothing in it, with 1 if there is.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from urllib.parse import urlsplit

from talkoot.chat.files.folders import own_folder
from talkoot.chat.files.running import ended_with
from talkoot.kernel.errors import Unavailable
from talkoot.kernel.values import Value

CLEAN, INFECTED, TOO_LARGE = "clean", "infected", "too_large"
LONGEST = 300.0  # seconds that one file may take: clamd itself gives up before
_PATIENCE = 5.0  # seconds until clamd has to say that it is there
_ANSWER = 4096  # bytes
_UNIX, _COMMAND = "unix:", "command:"
_FOUND = re.compile(rb": (.{1,200}?) FOUND")
_LIMITS = "Heuristics.Limits.Exceeded"  # clamd was told to say so of what it did not look at to its end


class ScannerAway(Unavailable):
    """Nobody can look at files right now; the text says why."""

    title = "The scanner can not be used right now"


class ScanFailed(Unavailable):
    """The scanner is there, and said nothing useful of a file."""

    title = "The scanner could not look at a file"


class Seen(Value, frozen=True):
    """What came of it: `clean`, `infected`, with what was `found`, or `too_large`."""

    verdict: str
    found: str = ""


async def look_through(where: str, pieces: AsyncIterator[bytes]) -> Seen:
    """Have a file looked at by what this setting names; ScannerAway, or ScanFailed for this file alone."""
    if where.startswith(_COMMAND):
        return await _by_command(where.removeprefix(_COMMAND), pieces)
    await greet(where)  # who does not answer at all is found out sooner than by a file
    try:
        return await _by_clamd(where, pieces)
    except (ScanFailed, OSError, TimeoutError) as failed:
        await greet(where)
        if isinstance(failed, ScanFailed):
            raise
        raise ScanFailed(f"clamd gave a file up: {failed}") from failed


async def greet(where: str) -> None:
    """ScannerAway unless it is there, as far as that can be known without a file."""
    if where.startswith(_COMMAND):
        await _by_command(where.removeprefix(_COMMAND), _nothing())
        return
    try:
        async with asyncio.timeout(_PATIENCE):
            with closing(await _connected(where)) as connection:
                await asyncio.get_running_loop().sock_sendall(connection, b"zPING\0")
                answer = await _answer_of(connection)
    except (OSError, TimeoutError) as error:
        why = str(error) or "it takes too long"
        raise ScannerAway(f"clamd does not answer at {where}: {why}") from error
    if not answer.startswith(b"PONG"):
        raise ScannerAway(f"What answers at {where} is no clamd")


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


async def _by_clamd(where: str, pieces: AsyncIterator[bytes]) -> Seen:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(LONGEST):
        with closing(await _connected(where)) as connection:
            with suppress(OSError):  # it does not want more, and has said why
                await loop.sock_sendall(connection, b"zINSTREAM\0")
                async for piece in pieces:
                    await loop.sock_sendall(connection, len(piece).to_bytes(4) + piece if piece else b"")
                await loop.sock_sendall(connection, bytes(4))
            answer = await _answer_of(connection)
    return _understood(answer)


async def _connected(where: str) -> socket.socket:
    if where.startswith(_UNIX):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.setblocking(False)
            await asyncio.get_running_loop().sock_connect(connection, where.removeprefix(_UNIX))
        except BaseException:
            connection.close()
            raise
        return connection
    parts = urlsplit(where)
    at = (parts.hostname or "", parts.port or 3310)
    connection = await asyncio.to_thread(socket.create_connection, at, _PATIENCE)
    connection.setblocking(False)
    return connection


async def _answer_of(connection: socket.socket) -> bytes:
    answer, loop = b"", asyncio.get_running_loop()
    while len(answer) < _ANSWER and (piece := await loop.sock_recv(connection, _ANSWER)):
        answer += piece
        if b"\0" in piece:
            break
    return answer.rstrip(b"\0")


def _understood(answer: bytes) -> Seen:
    if found := _FOUND.search(answer):
        name = found[1].decode(errors="replace")
        return Seen(TOO_LARGE) if name.startswith(_LIMITS) else Seen(INFECTED, name)
    if b"size limit exceeded" in answer:
        return Seen(TOO_LARGE)
    if answer.endswith(b"OK"):
        return Seen(CLEAN)
    raise ScanFailed(f"clamd said: {answer[-200:].decode(errors='replace') or 'nothing'}")


async def _by_command(command: str, pieces: AsyncIterator[bytes]) -> Seen:
    async with own_folder() as folder:
        path, said = folder / "file", folder / "said"
        with path.open("wb") as copy:
            async for piece in pieces:
                await asyncio.to_thread(copy.write, piece)
        told = [part.replace("{file}", str(path)) for part in shlex.split(command)]
        try:
            with path.open("rb") as given, said.open("wb") as out:
                process = await asyncio.to_thread(
                    subprocess.Popen,
                    told,
                    stdin=given,
                    stdout=out,
                    stderr=out,
                    env={"PATH": os.environ.get("PATH", os.defpath)},
                    cwd=folder,
                )
        except OSError as error:
            raise ScannerAway(f"{told[0]} can not be run: {error}") from error
        code = await ended_with(process, LONGEST)
        answer = await asyncio.to_thread(said.read_bytes)
    if code == 0:
        return Seen(CLEAN)
    if code == 1:
        found = _FOUND.search(answer)
        return Seen(INFECTED, found[1].decode(errors="replace") if found else "")
    words = answer[-200:].decode(errors="replace").strip()
    raise ScannerAway(f"{told[0]} ended with {code if code is not None else 'nothing in time'}: {words}")
