"""What `talkoot doctor` looks at. Each check says one thing, and what to do when it is not well."""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from sqlalchemy import text

from talkoot import __version__
from talkoot.cli.databases import require_fitting
from talkoot.cli.failures import Failure
from talkoot.kernel.addresses import is_local
from talkoot.kernel.clock import SECOND, SystemClock
from talkoot.kernel.database import open_database
from talkoot.kernel.jobs import until_due
from talkoot.kernel.leases import is_held
from talkoot.kernel.redis import RedisAway, require_redis, where
from talkoot.kernel.secrets import read_key
from talkoot.kernel.transactions import Caches, Read
from talkoot.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.settings import Settings

_OLDEST_PYTHON = (3, 11)
_OLDEST_POSTGRESQL = 140_000
_LITTLE_SPACE, _NO_SPACE = 2_000_000_000, 200_000_000
_FILES_BESIDE_SOCKETS = 200
_OTHERS = 0o077
_LONG_WAIT = 30 * SECOND
_DURABLE = {
    "sqlite": {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2"},
    "postgresql": {"SHOW fsync": "on", "SHOW synchronous_commit": "on", "SHOW full_page_writes": "on"},
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    level: Literal["ok", "warn", "fail"]
    about: str
    said: str


Check = Callable[["Settings"], AsyncIterator[Finding]]


async def program(_settings: Settings) -> AsyncIterator[Finding]:
    """The interpreter is new enough."""
    level: Literal["ok", "fail"] = "ok" if sys.version_info >= _OLDEST_PYTHON else "fail"
    need = "" if level == "ok" else "; 3.11 or newer is needed"
    yield Finding(level, "program", f"Talkoot {__version__} on Python {platform.python_version()}{need}")


async def folder(settings: Settings) -> AsyncIterator[Finding]:
    """The data folder can be written, has room, and is not for everybody."""
    path = settings.data
    if not path.exists():
        parent = next(above for above in path.absolute().parents if above.exists())
        if os.access(parent, os.W_OK):
            yield Finding("ok", "data", f"{path} is not there yet; the first start makes it")
        else:
            yield Finding("fail", "data", f"{path} can not be made in {parent}: choose another --data")
        return
    if not os.access(path, os.W_OK | os.X_OK):
        yield Finding(
            "fail", "data", f"{path} can not be written: run as its owner, or choose another --data"
        )
        return
    if path.stat().st_mode & _OTHERS:
        yield Finding("warn", "data", f"{path} is open to other users of this machine: chmod 700 {path}")
    yield _space(path)


def _space(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    said = f"{path} has {free / 1e9:.1f} GB free"
    if free < _NO_SPACE:
        return Finding("fail", "data", f"{said}: make room, nothing can be stored when it is full")
    return Finding("warn" if free < _LITTLE_SPACE else "ok", "data", said)


async def key(settings: Settings) -> AsyncIterator[Finding]:
    """The key that signs is there, and nobody else can read it."""
    path = settings.data / "secret.key"
    if settings.secret_key.get_secret_value():
        yield Finding("ok", "key", "given by TALKOOT_SECRET_KEY")
    elif not path.exists():
        yield Finding("ok", "key", "made at the first start")
    elif path.stat().st_mode & _OTHERS:
        yield Finding(
            "fail", "key", f"others can read {path}: chmod 600 {path}, and make a new one if they did"
        )
    else:
        yield _content(path)


def _content(path: Path) -> Finding:
    try:
        read_key(path)
    except SettingsError as error:
        return Finding("fail", "key", str(error))
    return Finding("ok", "key", f"{path} is readable for its owner alone")


async def database(settings: Settings) -> AsyncIterator[Finding]:
    """The database answers, has this version's tables, and keeps what it acknowledges."""
    new = settings.embedded and settings.migrate == "auto" and not (settings.data / "talkoot.db").exists()
    if new and not settings.database_url:
        yield Finding("ok", "database", "an SQLite file in the data folder; the first start makes it")
        return
    try:
        await require_fitting(settings)
    except Failure as failure:
        yield Finding("fail", "database", " ".join(str(failure).split()))
        return
    opened = open_database(settings)
    try:
        async with opened.reader.connect() as connection:
            yield Finding(
                "ok", "database", f"{await _brand(connection)} answers and has this version's tables"
            )
            yield await _durable(connection)
    finally:
        await opened.close()


async def work(settings: Settings) -> AsyncIterator[Finding]:
    """Jobs are done, and the search index is kept."""
    try:
        await require_fitting(settings)
    except Failure:  # the check of the database says it
        return
    now = SystemClock().now()
    opened = open_database(settings)
    try:
        async with opened.reader.connect() as connection:
            read = Read(connection, Caches())
            due = await until_due(read, None, now)
            followed = await is_held(read, "search", now)
    finally:
        await opened.close()
    runs = "does `talkoot worker` run?" if settings.clustered else "does the server run?"
    if due is not None and -due > _LONG_WAIT:
        yield Finding("warn", "jobs", f"one has been waiting for {-due // SECOND} s: {runs}")
    else:
        yield Finding("ok", "jobs", "none is overdue")
    if settings.clustered and settings.search == "on" and not followed:
        yield Finding("warn", "search", f"nobody indexes what is sent: {runs}")


async def _brand(connection: AsyncConnection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {(await connection.execute(text('SELECT sqlite_version()'))).scalar_one()}"
    number = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
    old = " (14 or newer is what is tested)" if number < _OLDEST_POSTGRESQL else ""
    return f"PostgreSQL {number // 10_000}{old}"


async def _durable(connection: AsyncConnection) -> Finding:
    wanted = _DURABLE[connection.dialect.name]
    found = {question: str((await connection.execute(text(question))).scalar_one()) for question in wanted}
    settled = ", ".join(f"{question.split()[1]} {value}" for question, value in found.items())
    if found == wanted:
        return Finding("ok", "durable", settled)
    return Finding("warn", "durable", f"{settled}: a power cut may lose what people were told is stored")


async def redis(settings: Settings) -> AsyncIterator[Finding]:
    """What several servers tell each other through answers, and can do what is needed."""
    if not settings.clustered:
        return
    try:
        brand = await require_redis(settings.redis_url)
    except RedisAway as away:
        yield Finding(
            "fail", "redis", f"{where(settings.redis_url)}: {away}; the servers hear each other late"
        )
    except SettingsError as error:
        yield Finding("fail", "redis", str(error))
    else:
        yield Finding("ok", "redis", f"{brand} answers at {where(settings.redis_url)}")


async def address(settings: Settings) -> AsyncIterator[Finding]:
    """The port is free, or it is Talkoot itself that has it."""
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        if _is_ours(settings):
            yield Finding("ok", "port", f"Talkoot answers at {where}")
        else:
            yield Finding("fail", "port", f"{where}: {error.strerror}; choose another --host or --port")
    else:
        yield Finding("ok", "port", f"{where} is free")


def _is_ours(settings: Settings) -> bool:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=2) as answer:
            return bool(json.load(answer) == {"status": "alive"})
    except (OSError, ValueError):
        return False


async def origin(settings: Settings) -> AsyncIterator[Finding]:
    """People reach the server under an address that browsers will accept."""
    url = urlsplit(settings.public_url)
    if not settings.public_url:
        if is_local(settings.host) or settings.host == "localhost":
            yield Finding("ok", "origin", "only this machine can come: set --public-url when others should")
        else:
            yield Finding("warn", "origin", "set --public-url to the address that people type")
    elif url.path:
        yield Finding(
            "fail", "origin", f"{settings.public_url}: an origin has no path, Talkoot lives at the root"
        )
    elif url.scheme == "http" and not is_local(url.hostname or "") and url.hostname != "localhost":
        yield Finding(
            "warn", "origin", f"{settings.public_url} is not encrypted: put a proxy with https before it"
        )
    elif url.scheme == "https" and not settings.trusted_proxies:
        yield Finding(
            "warn",
            "origin",
            "https comes from a proxy: name it with --trusted-proxies, or all people look like one",
        )
    else:
        yield Finding("ok", "origin", settings.public_url)


async def limits(settings: Settings) -> AsyncIterator[Finding]:
    """The machine and the settings allow what is promised."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + _FILES_BESIDE_SOCKETS
    if files != resource.RLIM_INFINITY and files < wanted:
        yield Finding(
            "warn",
            "files",
            f"{files} open files are allowed, {wanted} may be needed: ulimit -n {min(wanted, most)}",
        )
    else:
        yield Finding("ok", "files", "enough for all connections")
    if settings.rate_limits == "off":
        yield Finding("warn", "limits", "rate limits are off: that is for benchmarks only")


ALL: tuple[Check, ...] = (program, folder, key, database, work, redis, address, origin, limits)
