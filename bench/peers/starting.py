"""How each peer is started; everything stops when the stack is closed."""

import os
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.peers.cache import HERE, node, python
from bench.peers.ejabberd.start import ejabberd, packages
from bench.peers.services import HOST, free_port, postgres, postmaster, redis, redis_server, running

Start = Callable[[ExitStack, Path, str, int], int]


def fastapi_sqlite(stack: ExitStack, folder: Path, room: str, messages: int) -> int:
    """uvicorn with uvloop, one worker; Redis; SQLite."""
    found = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'chat.db'}"}
    return _asgi(stack, folder, "fastapi_chat/main:app", found, (room, messages))


def fastapi_postgres(stack: ExitStack, folder: Path, room: str, messages: int) -> int:
    """The same on PostgreSQL."""
    found = stack.enter_context(postgres(folder))
    return _asgi(stack, folder, "fastapi_chat/main:app", found, (room, messages))


def channels(stack: ExitStack, folder: Path, room: str, messages: int) -> int:
    """uvicorn with uvloop, one worker; Redis; PostgreSQL."""
    found = stack.enter_context(postgres(folder))
    return _asgi(stack, folder, "channels_chat/asgi:application", found, (room, messages))


def socketio_memory(stack: ExitStack, folder: Path, _room: str, _messages: int) -> int:
    """Node, which stores nothing."""
    return _socketio(stack, folder, {})


def socketio_sqlite(stack: ExitStack, folder: Path, room: str, messages: int) -> int:
    """Node with better-sqlite3."""
    found = {"DATABASE": str(folder / "chat.db"), "SEED_ROOM": room, "SEED_MESSAGES": str(messages)}
    return _socketio(stack, folder, found)


def _asgi(stack: ExitStack, folder: Path, app: str, found: Mapping[str, str], seed: tuple[str, int]) -> int:
    source, port = HERE / app.partition("/")[0], free_port()
    interpreter = python(source.name)
    found = {**found, **stack.enter_context(redis(folder)), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(
        [interpreter, source / "seed.py", *map(str, seed)], env={**os.environ, **found}, check=True
    )
    command: list[str | Path] = [
        interpreter,
        "-m",
        "uvicorn",
        app.partition("/")[2],
        "--app-dir",
        source,
        "--port",
        str(port),
    ]
    command += ["--host", HOST, "--log-level", "warning", "--no-access-log", "--loop", "uvloop"]
    stack.enter_context(running(source.name, command, folder, port, found))
    return port


def _socketio(stack: ExitStack, folder: Path, found: Mapping[str, str]) -> int:
    port = free_port()
    command: list[str | Path] = ["node", node("socketio") / "server.js"]
    found = {**found, "PORT": str(port), "NODE_ENV": "production"}
    stack.enter_context(running("socketio", command, folder, port, found))
    return port


STARTS: dict[str, Start] = {
    "socketio": socketio_memory,
    "socketio-sqlite": socketio_sqlite,
    "fastapi-sqlite": fastapi_sqlite,
    "fastapi-postgres": fastapi_postgres,
    "channels": channels,
    "ejabberd": ejabberd,
}
INSTALLS: dict[str, tuple[Callable[[], Path], ...]] = {
    "socketio": (partial(node, "socketio"),),
    "socketio-sqlite": (partial(node, "socketio"),),
    "fastapi-sqlite": (partial(python, "fastapi_chat"), redis_server),
    "fastapi-postgres": (partial(python, "fastapi_chat"), redis_server, postmaster),
    "channels": (partial(python, "channels_chat"), redis_server, postmaster),
    "ejabberd": (packages, postmaster),
}


def install(name: str) -> None:
    """Bring what is missing, before anything is measured; raises Missing."""
    for part in INSTALLS.get(name, ()):
        part()
