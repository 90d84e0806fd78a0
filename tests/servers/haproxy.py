"""A real HAProxy for the tests: the configuration that `deploy/` ships, on loopback."""

from collections.abc import Sequence
from pathlib import Path

from tests.servers.process import Process, free_port, leashed, listens, plain_environment
from tests.servers.programs import program

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "haproxy" / "haproxy.cfg"


class Haproxy:
    """A balancer before the nodes at these ports."""

    def __init__(self, root: Path, certificate: Path, ports: Sequence[int]) -> None:
        self.port = free_port()
        self._secure = free_port()
        self._root = root
        (root / "haproxy.cfg").write_text(self._here(SHIPPED.read_text(), certificate, ports))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _here(self, text: str, certificate: Path, ports: Sequence[int]) -> str:
        """Other addresses, no other user, and plain HTTP is not sent on to TLS."""
        lines = [
            line for line in text.splitlines() if line.split()[:1] not in (["user"], ["group"], ["server"])
        ]
        text = "\n".join(line for line in lines if "redirect scheme https" not in line)
        text = text.replace("bind :80\n", f"bind 127.0.0.1:{self.port}\n")
        text = text.replace("bind :443 ", f"bind 127.0.0.1:{self._secure} ")
        text = text.replace("/etc/haproxy/chat.pem", str(certificate)).replace(
            "maxconn 60000", "maxconn 2000"
        )
        servers = "".join(f"\n    server node{n} 127.0.0.1:{port}" for n, port in enumerate(ports, 1))
        return f"{text}{servers}\n"

    def start(self) -> "Haproxy":
        """Start; returns when it listens."""
        command = leashed(program("haproxy", "haproxy"), "-db", "-f", self._root / "haproxy.cfg")
        self._process = Process(
            command, cwd=self._root, log=self._root / "log", environment=plain_environment()
        )
        self._process.wait_until(lambda: listens(self.port), 10)
        return self

    def stop(self) -> None:
        self._process.kill()
