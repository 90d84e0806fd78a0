"""A real nginx for the tests, before several nodes, with the snippet that `deploy/` ships.

Where it comes from: TALKOOT_TEST_NGINX_BIN, else this machine, else apt-get as root.
"""

import os
import shutil
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
from tests.servers.server import HousedServer

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


class Nginx(HousedServer):
    """A balancer of its own on loopback; its files stay only in a folder `kept`."""

    def __init__(self, port: int = 0, kept: Path | None = None) -> None:
        super().__init__("nginx", kept)
        self.port = port or free_port()
        self.ports: Sequence[int] = ()
        self.user = unprivileged_user()
        self.binary = find_binary()
        if self.user:
            os.chown(self.root, self.user.uid, self.user.gid)

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


def find_binary() -> Path:
    """The program to run."""
    if named := os.environ.get("TALKOOT_TEST_NGINX_BIN"):
        return Path(named)
    return program("nginx", "nginx")
