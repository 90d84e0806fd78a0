"""A connection to Redis for the bus: nobody waits for what is said, and what is heard is handed on at once.

A client for commands pairs every answer with a task that waits for it, which is most of what a small message
would cost. Here an answer is a call.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import hiredis

from talkoot.kernel.redis import PORT, RedisAway, RedisRefused, RedisTrouble

MOST = 8 * 1024 * 1024
"""Bytes of one answer, or of one message: whoever sends more is not listened to."""

Hear = Callable[[list[Any]], None]
Command = tuple[bytes, ...]


class RedisLink(asyncio.Protocol):
    """Opened by `open_link`. `ended` fails with RedisAway or RedisRefused, and that is the end.

    While `full` is true nothing should be said; `free` is called when that is over. Numbers are not handed
    on: they are the answers to what was published.
    """

    def __init__(self, hear: Hear, free: Callable[[], None]) -> None:
        self.full = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hear = hear
        self._free = free
        self._reader = hiredis.Reader(notEnoughData=StopIteration)
        self._asked: asyncio.Future[Any] | None = None
        self._unfinished = 0

    def say(self, commands: Iterable[Command]) -> None:
        """Write these, all at once."""
        pack: Callable[[Command], bytes] = hiredis.pack_command  # type: ignore[assignment] # of any length
        if not self._transport.is_closing():
            self._transport.write(b"".join(map(pack, commands)))

    async def ask(self, *command: bytes) -> Any:
        """Say it and wait for the answer, or raise RedisRefused; only before anything else is said."""
        self._asked = asyncio.get_running_loop().create_future()
        self.say([command])
        await asyncio.wait({self._asked, self.ended}, return_when=asyncio.FIRST_COMPLETED)
        if self.ended.done():
            self.ended.result()
        return self._asked.result()

    def close(self) -> None:
        """Send what was said, and end."""
        self.ended.cancel()
        self._transport.close()

    # For the transport

    def connection_made(self, transport: Any) -> None:
        """It is open."""
        self._transport: asyncio.Transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers, or parts of them."""
        self._unfinished += len(data)
        try:
            self._reader.feed(data)
            while (answer := self._reader.gets()) is not StopIteration:
                self._unfinished = len(data)
                self._take(answer)
            if self._unfinished > MOST:
                self._end(RedisAway(f"more than {MOST} bytes came at once"))
        except hiredis.HiredisError:
            self._end(RedisAway("this is no Redis"))

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self._end(RedisAway(str(exc) if exc else "the connection was closed"))

    def pause_writing(self) -> None:
        """It is slower than we are."""
        self.full = True

    def resume_writing(self) -> None:
        """It has caught up."""
        self.full = False
        self._free()

    def _take(self, answer: Any) -> None:
        refused = RedisRefused(str(answer)) if isinstance(answer, hiredis.ReplyError) else None
        if self._asked is not None and not self._asked.done():
            if refused:
                self._asked.set_exception(refused)
            else:
                self._asked.set_result(answer)
        elif refused:
            self._end(refused)
        elif isinstance(answer, list):
            try:
                self._hear(answer)
            except RedisTrouble as trouble:
                self._end(trouble)

    def _end(self, trouble: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(trouble)
            self.ended.exception()  # it may end when nobody asks any more
        self._transport.abort()


async def open_link(url: str, hear: Hear, free: Callable[[], None]) -> RedisLink:
    """Connect and sign in; raises RedisAway or RedisRefused."""
    parts = urlsplit(url)
    tls = _tls(dict(parse_qsl(parts.query))) if parts.scheme == "rediss" else None
    try:
        _, link = await asyncio.get_running_loop().create_connection(
            lambda: RedisLink(hear, free), parts.hostname or "", parts.port or PORT, ssl=tls
        )
    except OSError as error:
        raise RedisAway(str(error) or "it does not answer") from error
    try:
        if parts.password:
            names = [parts.username] if parts.username else []
            await link.ask(b"AUTH", *(unquote(word).encode() for word in [*names, parts.password]))
        await link.ask(b"CLIENT", b"SETNAME", b"talkoot-bus")
    except BaseException:
        link.close()
        raise
    return link


def _tls(options: dict[str, str]) -> ssl.SSLContext:
    """What redis-py makes of the same options."""
    context = ssl.create_default_context(
        cafile=options.get("ssl_ca_certs"), capath=options.get("ssl_ca_path")
    )
    required = options.get("ssl_cert_reqs", "required")
    checked = options.get("ssl_check_hostname", "true").lower() in {"true", "1", "yes", "y", "t", "on"}
    context.check_hostname = checked and required == "required"
    context.verify_mode = ssl.VerifyMode[f"CERT_{required.upper()}"]
    if "ssl_certfile" in options:
        context.load_cert_chain(options["ssl_certfile"], options.get("ssl_keyfile"))
    return context
