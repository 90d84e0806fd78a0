"""Debian's ejabberd in a folder of its own: no node name, so no epmd either."""

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

from bench.peers.cache import SYSTEM, debian, libraries
from bench.peers.services import free_port, postgres, running

HERE = Path(__file__).parent
PEOPLE = 2000
# As in ejabberdctl; and no busy waiting, which would be taken for work.
FLAGS = ("+K", "true", "+P", "250000", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none", "-noinput")


def packages() -> Path:
    """ejabberd with all that it needs, unpacked."""
    return debian("ejabberd", "erlang-p1-pgsql")


def ejabberd(stack: ExitStack, folder: Path, room: str, messages: int) -> int:
    """Its archive and its people are in PostgreSQL."""
    root, found, port = (
        packages(),
        stack.enter_context(postgres(folder)),
        free_port(),
    )
    erlang = next(place for at in (root, SYSTEM) for place in at.glob("usr/lib/erlang/erts-*/bin/erlexec"))
    _seed(root, found, room, messages)
    config = folder / "ejabberd.yml"
    config.write_text(
        (HERE / "ejabberd.yml").read_text().format(port=port, postgres=found["PGPORT"], user=found["PGUSER"])
    )
    environment = {
        **libraries(root),
        "EJABBERD_CONFIG_PATH": str(config),
        "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
        "ERL_LIBS": ":".join(str(place) for at in (root, SYSTEM) for place in at.glob("usr/lib/*-linux-gnu")),
        "ROOTDIR": str(erlang.parents[2]),  # as the script `erl` sets them, but for the place
        "BINDIR": str(erlang.parent),
        "EMU": "beam",
        "PROGNAME": "erl",
        "ERL_MAX_PORTS": "32000",
        "ERL_CRASH_DUMP_BYTES": "0",
    }
    command: list[str | Path] = [erlang, *FLAGS]
    command += ["-mnesia", "dir", f'"{folder / "spool"}"', "-s", "ejabberd"]
    stack.enter_context(running("beam", command, folder, port, environment))
    return port


def _seed(root: Path, found: dict[str, str], room: str, messages: int) -> None:
    schema = next(place for at in (root, SYSTEM) for place in at.glob("usr/share/ejabberd/sql/pg.sql"))
    values = [f"--set=room={room}", f"--set=messages={messages}", f"--set=people={PEOPLE}"]
    command = [found["PSQL"], "-qX", "--set=ON_ERROR_STOP=1", *values, "-h", "127.0.0.1", "-d", "postgres"]
    for script in (schema, HERE / "seed.sql"):
        subprocess.run([*command, "-f", script], env={**os.environ, **found}, check=True, stdout=2)
