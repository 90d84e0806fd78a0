"""A real pgbouncer for the tests, in transaction mode: each transaction may get another connection.

Where it comes from: this machine, else apt-get as root.
"""

import os
import shutil
import signal
import tempfile
from pathlib import Path

from tests.servers.postgres import Postgres
from tests.servers.process import (
    Process,
    free_port,
    leashed,
    plain_environment,
    unprivileged_user,
)
from tests.servers.programs import program

CONFIG = """
[databases]
* = host=127.0.0.1 port={database} user=talkoot
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
server_round_robin = 1
"""


class Pgbouncer:
    """One that hands connections round, so that whoever relies on getting the same again fails soon."""

    def __init__(self, postgres: Postgres, *, size: int) -> None:
        self.port = free_port()
        self.root = Path(tempfile.mkdtemp(prefix="talkoot-pgbouncer-"))
        config = self.root / "pgbouncer.ini"
        config.write_text(CONFIG.format(database=postgres.port, port=self.port, size=size))
        user = unprivileged_user()
        if user:
            os.chown(self.root, user.uid, user.gid)
        command = leashed(program("pgbouncer", "pgbouncer"), config, user=user)
        self.process = Process(
            command, cwd=self.root, log=self.root / "log", environment=plain_environment("PG")
        )
        self.process.wait_until(lambda: "process up" in self.process.tail(), 10)

    def url(self, database: str) -> str:
        """The address of a database behind it."""
        return f"postgresql://talkoot@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Stop and remove everything."""
        if self.process.running:
            self.process.stop(signal.SIGTERM, 10)
        shutil.rmtree(self.root)
