"""Programs of a peer: started one after the other, stopped in reverse, by their process ids."""

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.peers.cache import debian, libraries, program

HOST = "127.0.0.1"
PATIENCE = 60.0
USER = "peers"


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    name: str,
    command: list[str | Path],
    folder: Path,
    port: int,
    environment: Mapping[str, str],
    *,
    stop: signal.Signals = signal.SIGTERM,
    user: int | None = None,
    ready: Callable[[int], bool] | None = None,
) -> Iterator[None]:
    """The program answers at its port as long as the block runs; its output is in the folder."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=user,
            extra_groups=None if user is None else [],
        )
    try:
        _wait(name, process, log, partial(ready or _listens, port))
        yield
    finally:
        _end(process, stop)


def _wait(name: str, process: "subprocess.Popen[bytes]", log: Path, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def _end(process: "subprocess.Popen[bytes]", stop: signal.Signals) -> None:
    process.send_signal(stop)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def redis_server() -> Path:
    """The program."""
    return program("redis-server", "redis-server")


def postmaster() -> Path:
    """The program; its tools are beside it."""
    return program("postgres", "postgresql")


@contextmanager
def redis(folder: Path) -> Iterator[dict[str, str]]:
    """Debian's Redis, which keeps nothing on disk, as a bus needs it."""
    port = free_port()
    binary = redis_server()
    command: list[str | Path] = [
        binary,
        "--bind",
        HOST,
        "--port",
        str(port),
        "--save",
        "",
        "--daemonize",
        "no",
    ]
    found = {} if binary.parts[1] == "usr" else libraries(debian("redis-server"))
    with running("redis", command, folder, port, found):
        yield {"REDIS_URL": f"redis://{HOST}:{port}"}


@contextmanager
def postgres(folder: Path) -> Iterator[dict[str, str]]:
    """Debian's PostgreSQL with its own settings: fsync and synchronous_commit are on."""
    port, data = free_port(), folder / "postgres"
    binary = postmaster()
    user = _unprivileged()
    data.mkdir()
    if user is not None:
        os.chown(data, user, -1)
    initdb: list[str | Path] = [binary.with_name("initdb"), "-D", data, "-U", USER, "-A", "trust"]
    initdb += ["-E", "UTF8", "--no-locale", "--no-sync"]
    groups = None if user is None else list[int]()
    with (folder / "initdb.log").open("wb") as log:
        subprocess.run(initdb, cwd=data, user=user, extra_groups=groups, check=True, stdout=log, stderr=log)

    def ready(port: int) -> bool:
        asked: list[str | Path] = [
            binary.with_name("pg_isready"),
            "-q",
            "-h",
            HOST,
            "-p",
            str(port),
            "-U",
            USER,
        ]
        return subprocess.run(asked, check=False).returncode == 0

    command: list[str | Path] = [binary, "-D", data, "-p", str(port), "-h", HOST, "-k", ""]
    environment = {"LC_ALL": "C"}
    with running("postgres", command, folder, port, environment, stop=signal.SIGINT, user=user, ready=ready):
        yield {
            "PGPORT": str(port),
            "PGUSER": USER,
            "PSQL": str(binary.with_name("psql")),
            "DATABASE_URL": f"postgresql+asyncpg://{USER}@{HOST}:{port}/postgres",
        }


def _unprivileged() -> int | None:
    """Whom PostgreSQL runs as, for it refuses to be root."""
    if os.geteuid():
        return None
    names = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return names.get("postgres", names["nobody"])
