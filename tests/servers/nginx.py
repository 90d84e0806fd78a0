"""A real nginx for the tests, before several nodes, with the snippet that `deploy/` ships.

Where it comes from: TALKOOT_TEST_NGINX_BIN, else this machine, else apt-get as root.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.servers.process import (
    Process,
    free_port,
    leashed,
    listens,
    open_files,
    plain_environment,
    unprivileged_user,
)
from tests.servers.programs import program

SNIPPET = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "talkoot-proxy.conf"
CONF = """
# One process, so that whoever kills it kills all of it.
daemon off;
master_process off;
pid {root}/pid;
error_log stderr warn;
worker_rlimit_nofile {files};
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi;
    scgi_temp_path {root}/scgi;
    upstream talkoot {{
        least_conn;
{servers}
        keepalive 64;
    }}
    map $http_upgrade $talkoot_connection {{
        default upgrade;
        "" "";
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ include {snippet}; }}
        location = /metrics {{ return 404; }}
    }}
}}
"""


class Nginx:
    """A balancer of its own on loopback; its files stay only in a folder `kept`."""

    def __init__(self, port: int = 0, kept: Path | None = None) -> None:
        self.port = port or free_port()
        self.ports: Sequence[int] = ()
        self.kept = kept is not None
        self.root = kept or Path(tempfile.mkdtemp(prefix="talkoot-nginx-"))
        self.root.mkdir(parents=True, exist_ok=True)
        self.user = unprivileged_user()
        self.binary = find_binary()
        if self.user:
            os.chown(self.root, self.user.uid, self.user.gid)
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Nginx":
        """Start before the nodes at `ports`, or start again; returns when it listens."""
        conf = self.root / "nginx.conf"
        shutil.copy(SNIPPET, self.root)
        servers = "".join(
            f"        server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;\n" for port in self.ports
        )
        files = open_files()
        text = CONF.format(
            root=self.root,
            port=self.port,
            snippet=self.root / SNIPPET.name,
            servers=servers,
            files=files,
            connections=files - 100,
        )
        conf.write_text(text)
        command = leashed(self.binary, "-p", self.root, "-e", "stderr", "-c", conf, user=self.user)
        self._process = Process(
            command, cwd=self.root, log=self.root / "log", environment=plain_environment()
        )
        self._process.wait_until(lambda: listens(self.port), 10)
        return self

    def kill(self) -> None:
        """Crash; every connection through it is gone."""
        self.process.kill()

    def pause(self) -> None:
        """Freeze: connections stay open and nothing goes through."""
        self.process.signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Thaw."""
        self.process.signal_all(signal.SIGCONT)

    def stop(self) -> None:
        """Stop, and remove everything that is not to be kept."""
        if self._process and self._process.running:
            self._process.stop(signal.SIGTERM, 10)
        if not self.kept:
            shutil.rmtree(self.root)

    @property
    def started(self) -> bool:
        """Whether there is a process, running or ended."""
        return self._process is not None

    @property
    def process(self) -> Process:
        assert self._process, "it was never started"
        return self._process


def find_binary() -> Path:
    """The program to run."""
    if named := os.environ.get("TALKOOT_TEST_NGINX_BIN"):
        return Path(named)
    return program("nginx", "nginx")
