"""A whole cluster on this machine, as real processes: `python -m tools.cluster`, or `make cluster`."""

import argparse
import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.servers.cluster import Cluster
from tests.servers.process import ServerUnavailableError, leashed, unprivileged_user

ABOUT = """Start nginx, several `talkoot serve`, `talkoot worker`, PostgreSQL and Valkey on loopback.

It prints the address to open, and where each part is with its process id. Then break things:

  kill -9 PID      a node: its people go on with the others, and come back in seconds
  kill -STOP PID   Valkey or PostgreSQL: what happens when it hangs? (kill -CONT goes on)

Ctrl-C drains the nodes, stops everything in order and leaves no process behind; pressed again, it does
not wait. The data stays in the folder, and the next start finds it.
"""
MORE = """examples:
  make cluster
  make cluster ARGS="--nodes 5 --workers 1 --port 9000"
  make cluster ARGS="--set rate_limits=off --set log_level=debug"
"""
LOOKED_EVERY = 0.2


class ClusterError(Exception):
    """It can not start; the text says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run a cluster until Ctrl-C or SIGTERM."""
    given = parse(arguments)
    try:
        with only_one_in(given.data) as folder, stopped_by_signals():
            check_port(given.port)
            print(f"Starting; data and logs are in {folder}", flush=True)
            run(given, folder)
    except (ClusterError, ServerUnavailableError) as error:
        print(f"\n*** {error}\n", file=sys.stderr)
        return 1
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """What was asked for."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("make cluster", description=ABOUT, epilog=MORE, formatter_class=plain)
    parser.add_argument("--nodes", type=count, default=3, metavar="N", help="talkoot serve, 3")
    parser.add_argument("--workers", type=count, default=2, metavar="N", help="talkoot worker, 2")
    parser.add_argument("--port", type=int, default=8000, help="of nginx, 8000; 0 takes a free one")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder for data and logs, talkoot-cluster")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=setting,
        metavar="NAME=VALUE",
        help="a setting of all nodes",
    )
    return parser.parse_args(arguments)


def count(given: str) -> int:
    """How many there shall be."""
    if not given.isdigit() or not 1 <= int(given) <= 32:  # noqa: PLR2004 - as the sentence says
        raise argparse.ArgumentTypeError("a number from 1 to 32")
    return int(given)


def setting(given: str) -> tuple[str, str]:
    """A name and its value."""
    name, separator, value = given.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError("write NAME=VALUE; `talkoot settings` lists the names")
    return name.strip().lower(), value


def run(given: argparse.Namespace, folder: Path) -> None:
    """Start all, tell where they are, and stop all when that is asked for."""
    settings = {"rate_limits": "on", "drain_seconds": "5", **dict(given.set)}
    cluster = Cluster(
        folder, nodes=given.nodes, workers=given.workers, port=given.port, keep=True, **settings
    )
    try:
        cluster.start()
        tell(cluster)
        watch(cluster)
    except KeyboardInterrupt:
        print("\nStopping: clients are sent away first; Ctrl-C again ends at once", flush=True)
    finally:
        cluster.stop()
    print("Stopped.", flush=True)


def tell(cluster: Cluster) -> None:
    """Where everything is."""
    for name, server in cluster.parts().items():
        log = server.process.log.relative_to(cluster.root)
        print(f"  {name:9} pid {server.process.pid:<8} {cluster.where(name):44} {log}")
    variables = cluster.root / "environment"
    talkoot = Path(sys.executable).with_name("talkoot")
    own = cluster.nodes[0].environment.items()
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in own if name.startswith("TALKOOT_")]
    variables.touch(0o600)
    variables.write_text("".join(lines))
    print(f"Commands for it:  (set -a; . {variables}; {talkoot} doctor)")
    print("Ctrl-C stops all of it; what is killed meanwhile is started again.")
    print(f"Talkoot is at {cluster.url}", flush=True)


def watch(cluster: Cluster) -> None:
    """Start again what ends, as systemd would, until a signal comes."""
    while True:
        time.sleep(LOOKED_EVERY)
        for name, server in cluster.parts().items():
            if not server.process.running:
                print(f"{name} has ended; see {server.process.log}", flush=True)
                server.start()
                print(f"{name} runs again with pid {server.process.pid}", flush=True)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """SIGTERM is what Ctrl-C is."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def only_one_in(chosen: Path | None) -> Iterator[Path]:
    """The folder for everything, which PostgreSQL's user can reach and no other cluster uses."""
    folder = (chosen or Path("talkoot-cluster")).absolute()
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not is_reachable(folder):
        if chosen:
            raise ClusterError(
                f"{folder} is closed to the user that PostgreSQL runs as: choose another --data."
            )
        folder.rmdir()
        folder = Path(tempfile.gettempdir()) / f"talkoot-cluster-{os.getuid()}"
        folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as lock:
        take(lock)
        yield folder


def take(lock: IO[str]) -> None:
    """Be the only cluster in this folder."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ClusterError(
            f"Another cluster runs in {Path(lock.name).parent}: stop it, or choose --data."
        ) from None


def is_reachable(folder: Path) -> bool:
    """Whether the user that servers run as can go there: root's home, for one, is closed."""
    user = unprivileged_user()
    if user is None:
        return True
    entered = leashed(Path("/bin/ls"), "-d", folder / ".", user=user)
    return subprocess.run(entered, capture_output=True, check=False).returncode == 0


def check_port(port: int) -> None:
    """Refuse a port that somebody has, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise ClusterError(f"Port {port} can not be had ({error}): choose another with --port.") from None


if __name__ == "__main__":
    sys.exit(main())
