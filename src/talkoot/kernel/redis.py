"""The Redis client as the house uses it: RESP2, short timeouts, two kinds of errors, no credentials told.

redis-py is loaded by the first call only: a server without Redis starts without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from talkoot.settings import SettingsError

if TYPE_CHECKING:
    from uuid import UUID

    from redis.asyncio.connection import AbstractConnection

PORT = 6379
"""Where Redis is when the URL does not say."""
TIMEOUT = 2.0
"""Seconds for a command: who waits for it has somebody waiting behind."""

_TLS = {"ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname"}
_NOT_NOW = ("LOADING", "READONLY", "MASTERDOWN", "BUSY ", "TRYAGAIN")


class RedisTrouble(Exception):
    """Redis could not be used; the text has no credentials in it."""


class RedisAway(RedisTrouble):
    """It did not answer, or not yet: the same may work later. Whether it was done is not known."""


class RedisRefused(RedisTrouble):
    """It answered that it will not do this."""


@asynccontextmanager
async def asking_redis(url: str) -> AsyncIterator[Any]:
    """A client for a few commands, each sent once, closed at the end; raises RedisAway or RedisRefused.

    A URL that is not understood is a SettingsError.
    """
    from redis.asyncio import Redis

    client = Redis.from_url(url, **_options(url), socket_timeout=TIMEOUT)
    try:
        with redis_errors():
            yield client
    finally:
        await client.aclose()


def redis_connection(url: str) -> AbstractConnection:
    """A connection outside any pool, which reads and writes for as long as it takes; not connected yet."""
    from redis.asyncio import ConnectionPool

    pool: Any = ConnectionPool.from_url(url, **_options(url), socket_timeout=None)
    connection: AbstractConnection = pool.make_connection()
    return connection


@contextmanager
def redis_errors() -> Iterator[None]:
    """Whatever the client raises becomes RedisAway or RedisRefused."""
    from redis import exceptions

    try:
        yield
    except exceptions.AuthenticationError as error:
        raise RedisRefused(str(error)) from error
    except exceptions.ResponseError as error:
        text = str(error)
        raise (RedisAway if _is_passing(error) else RedisRefused)(text) from error
    except (exceptions.RedisError, OSError, asyncio.IncompleteReadError) as error:
        raise RedisAway(str(error) or "it does not answer") from error
    except (TypeError, AttributeError) as error:
        # redis-py lets these out when the server resets a connection that it is about to write to.
        raise RedisAway("The connection broke") from error


def where(url: str) -> str:
    """Host and port, for people to read."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or PORT}"


async def require_redis(url: str) -> str:
    """What answers there, as a brand and version; raises RedisAway, or SettingsError when it will never do.

    Whether it can carry the bus is tried out rather than read from its version.
    """
    try:
        async with asking_redis(url) as client:
            await client.execute_command("SPUBLISH", "talkoot:probe", b"")
            info = await client.execute_command("INFO", "server")
    except RedisRefused as refused:
        raise SettingsError(f"`redis_url` (TALKOOT_REDIS_URL): {_advice(url, refused)}") from None
    brand = "Valkey" if info.get("server_name") == "valkey" else "Redis"
    return f"{brand} {info.get(f'{brand.lower()}_version', '')}"


def names_of(installation: UUID) -> str:
    """What the names of its keys and channels begin with: others may use the same Redis."""
    return f"talkoot:{installation.hex}:"


def _options(url: str) -> dict[str, Any]:
    """What is the same for all connections; the URL may add TLS options, and nothing else."""
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    parts = urlsplit(url)
    try:
        number = parts.path.strip("/")
        fits = (not number or number.isdecimal()) and parts.port != 0
    except ValueError:  # the port is no number
        fits = False
    if not fits or not {name for name, _ in parse_qsl(parts.query)} <= _TLS:
        # What was given is not repeated: there may be a password in it.
        raise SettingsError(
            "`redis_url` (TALKOOT_REDIS_URL): it must look like redis://:password@host:6379/0;"
            f" after a ? come only {', '.join(sorted(_TLS))}"
        )
    return {
        # With RESP3, redis-py 8.1 does not replace an idle connection that the server has closed.
        "protocol": 2,
        # A command that is sent again by itself may be done twice.
        "retry": Retry(NoBackoff(), 0),
        "socket_connect_timeout": 3.0,
        "socket_keepalive": True,
        "client_name": "talkoot",
    }


def _is_passing(error: Exception) -> bool:
    from redis import exceptions

    kinds = (exceptions.ReadOnlyError, exceptions.MasterDownError, exceptions.TryAgainError)
    return isinstance(error, kinds) or str(error).startswith(_NOT_NOW)


def _advice(url: str, refused: RedisRefused) -> str:
    from redis import exceptions

    known, at = str(refused).lower(), where(url)
    if "unknown command" in known:
        return f"{at} is too old: Redis 7.0 or newer, or Valkey, is needed"
    if isinstance(refused.__cause__, exceptions.AskError | exceptions.ClusterDownError):
        return f"{at} is a Redis Cluster: give one server, or the one address of a primary and its replicas"
    if isinstance(refused.__cause__, exceptions.AuthenticationError) or "password" in known:
        return f"{at} refuses the user or the password"
    return f"{at} refuses what is needed: {refused}"
