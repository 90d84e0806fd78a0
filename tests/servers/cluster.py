"""A whole cluster on loopback: nginx before several `talkoot serve`, workers, PostgreSQL and Valkey.

Every part is a server that can be killed, paused, resumed and started again while the rest goes on:
`cluster.nodes[1].kill()`, `cluster.valkey.pause()`, `cluster.postgres.kill()`, `cluster.nginx.stop()`.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.servers.molds import MIGRATED, postgres_mold
from tests.servers.nginx import Nginx
from tests.servers.postgres import Postgres
from tests.servers.process import open_files
from tests.servers.talkoot import Talkoot, Worker
from tests.servers.valkey import Valkey

DATABASE = "talkoot"
Part = Talkoot | Nginx | Valkey | Postgres


class Cluster:
    """Nodes that share everything; settings as for `Talkoot`, the same for all of them.

    What a single node shall have otherwise is put into its `environment` before `start`. One that is `copied`
    begins with tables that were made before.
    """

    def __init__(
        self,
        root: Path,
        *,
        nodes: int = 3,
        workers: int = 1,
        port: int = 0,
        keep: bool = False,
        copied: bool = False,
        **settings: str,
    ) -> None:
        open_files()
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self._copied = copied
        mold = postgres_mold() if copied else None
        self.postgres = Postgres(root / "postgres" if keep else None, mold=mold)
        self.valkey = Valkey(root / "valkey" if keep else None)
        self.nginx = Nginx(port, root / "nginx" if keep else None)
        common = {
            "database_url": self.postgres.url(DATABASE),
            "redis_url": self.valkey.url,
            "files": str(root / "files"),
            "secret_key": self._secret_key(),
            "public_url": self.nginx.url,
            "trusted_proxies": "127.0.0.1",
            **settings,
        }
        self.nodes = [Talkoot(root / f"node{number}", **common) for number in range(1, nodes + 1)]
        self.workers = [Worker(root / f"worker{number}", **common) for number in range(1, workers + 1)]

    @property
    def url(self) -> str:
        """Where people go: the balancer."""
        return self.nginx.url

    def start(self) -> Self:
        """Start everything, those that others need first; returns when all answer."""
        self.valkey.start()
        self.postgres.start()
        self.make_tables()
        programs = (*self.nodes, *self.workers)
        for program in programs:
            program.launch()
        for program in programs:
            program.wait()
        self.nginx.ports = [node.port for node in self.nodes]
        self.nginx.start()
        return self

    def parts(self) -> dict[str, Part]:
        """Every process by its name."""
        nodes = {f"node{number}": node for number, node in enumerate(self.nodes, 1)}
        workers = {f"worker{number}": worker for number, worker in enumerate(self.workers, 1)}
        return {"nginx": self.nginx, **nodes, **workers, "postgres": self.postgres, "valkey": self.valkey}

    def where(self, name: str) -> str:
        """The address of a part."""
        part = self.parts()[name]
        return part.url(DATABASE) if isinstance(part, Postgres) else part.url

    def stop(self) -> None:
        """End nodes and workers, behind a balancer that still works; then stop what they stood on."""
        with ExitStack() as last:
            for server in (self.postgres, self.valkey, self.nginx):
                last.callback(stop, server)
            with ThreadPoolExecutor() as together:
                list(together.map(stop, (*self.nodes, *self.workers)))

    def make_tables(self) -> None:
        """Make the database, or bring it up to date; PostgreSQL runs."""
        if self._copied:
            self.postgres.create_database(MIGRATED, DATABASE)
            return
        if DATABASE not in self.postgres.query("SELECT datname FROM pg_database").split():
            self.postgres.query(f"CREATE DATABASE {DATABASE}")
        done = self.nodes[0].run("migrate")
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)

    def _secret_key(self) -> str:
        """One key for all nodes; it is kept beside the data."""
        path = self.root / "secret.key"
        if not path.exists():
            path.touch(0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text()


def stop(server: Part) -> None:
    """Stop it, also when it was paused, and when it never ran."""
    if server.started:
        server.resume()
    server.stop()
