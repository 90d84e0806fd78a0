"""Talkoot with everything loaded; when asked it becomes a server or a command, in a process of its own.

`python warm_program.py FD [measured]`: FD is a socket to `warm.py`, whose orders are one message each.
Measured: coverage is told which lines of the program ran in all that was forked.
"""

import atexit
import ctypes
import faulthandler
import gc
import importlib
import json
import os
import pkgutil
import resource
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

PR_SET_PDEATHSIG = 1
LARGEST = 1 << 20
# Of other packages, what is not loaded before it is needed.
LATE = (
    "aiosqlite",
    "alembic.command",
    "asyncpg",
    "httptools",
    "python_multipart",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)


def load() -> None:
    """All modules of the program; to load one starts nothing."""
    import talkoot
    from talkoot.kernel.late_routes import LateRoute

    for found in pkgutil.walk_packages(talkoot.__path__, "talkoot."):
        if not found.name.endswith("__main__") and ".versions" not in found.name and ".env" not in found.name:
            importlib.import_module(found.name)
    for name in LATE:
        importlib.import_module(name)
    for thing in gc.get_objects():
        if isinstance(thing, LateRoute):
            _ = thing.path_regex, thing.dependant  # worked out here, and not in each of the servers
    assert threading.active_count() == 1, "a thread would not be there after a fork"
    gc.collect()
    gc.freeze()  # what is the same for all of them is looked through by none of them


def main(channel: socket.socket, *, measured: bool) -> None:
    """Obey until the tests are over; what runs then ends with this process."""
    if not measured:
        load()
        obey(channel)
        return
    root = Path(__file__).resolve().parents[2]
    sys.path.append(str(root))
    from tests.servers.probes import Probes

    sys.path.pop()  # the program is not to find the tests
    probes = Probes("talkoot", root)
    probes.install()
    load()
    obey(channel)
    probes.write()


def obey(channel: socket.socket) -> None:
    """Fork as often as it is asked."""
    channel.send(b"ready")
    while True:
        message, files, _, _ = socket.recv_fds(channel, LARGEST, 3)
        if not message:
            return
        order = json.loads(message)
        if "reap" in order:
            channel.send(str(os.waitpid(order["reap"], 0)[1]).encode())
            continue
        me = os.getpid()
        pid = os.fork()
        if pid == 0:
            channel.close()
            become(order, files, me)
        for file in files:
            os.close(file)
        channel.send(str(pid).encode())


def become(order: dict[str, list[str]], files: list[int], parent: int) -> None:
    """Be what a shell would have started."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    for target, file in enumerate(files):
        os.dup2(file, target)
    for file in files:
        os.close(file)
    faulthandler.enable()  # into what is its standard error now
    resource.setrlimit(resource.RLIMIT_NOFILE, tuple(map(int, order["limits"])))  # type: ignore[arg-type]
    os.environ.clear()
    os.environ.update(dict(variable.split("=", 1) for variable in order["environment"]))
    time.tzset()
    os.chdir(order["cwd"][0])
    sys.argv = order["argv"]
    from talkoot.cli import main as program

    try:
        program()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            leave(ended.code or 0)
        raise
    leave(0)


def leave(code: int) -> NoReturn:
    """End in order, but for taking Python apart: that would copy all that this process shares with others."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for output in (sys.stdout, sys.stderr):
        output.flush()
    os._exit(code)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), measured="measured" in sys.argv)
