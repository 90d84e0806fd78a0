"""A network namespace of our own in which a node lives, and a firewall in it that drops what it is told."""

import os
import re
import secrets
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.servers.process import ServerUnavailableError
from tests.servers.programs import program
from tests.servers.talkoot import PROGRAM, Talkoot

TABLE = "inet talkoot"
PACKETS = re.compile(r"counter packets (\d+)")


@dataclass
class Partition:
    """A pair of virtual cables between this machine's network and the namespace `name`."""

    name: str
    host: str  # address at this end
    node: str  # address at the other end
    dropped: int = 0
    _tools: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def made(cls) -> Self:
        """A new one; it needs root, ip, nft and nsenter."""
        if os.geteuid() != 0:
            raise ServerUnavailableError("A partition needs root: it makes a network namespace")
        number = secrets.randbelow(60000) + 2000
        net = f"10.{231 + number % 8}.{number // 240 % 240}"
        base = number % 60 * 4
        made = cls(f"talkoot-{number}", f"{net}.{base + 1}", f"{net}.{base + 2}")
        made._tools = {
            "ip": program("ip", "iproute2"),
            "nft": program("nft", "nftables"),
            "nsenter": program("nsenter", "util-linux"),
        }
        here, there = f"tk{number}a", f"tk{number}b"
        made._run("ip", "netns", "add", made.name)
        made._run("ip", "link", "add", here, "type", "veth", "peer", "name", there)
        made._run("ip", "link", "set", there, "netns", made.name)
        made._run("ip", "addr", "add", f"{made.host}/30", "dev", here)
        made._run("ip", "link", "set", here, "up")
        made._inside("ip", "addr", "add", f"{made.node}/30", "dev", there)
        made._inside("ip", "link", "set", there, "up")
        made._inside("ip", "link", "set", "lo", "up")
        return made

    def put(self, node: Talkoot) -> None:
        """Let a node live there from its next start on."""
        node.program = self._tools["nsenter"]
        node.command = (f"--net=/run/netns/{self.name}", str(PROGRAM), "serve", "--host", self.node, "--port")
        node.environment["TALKOOT_METRICS"] = "open"  # whoever asks is on the other side of the cable

    def drop(self, port: int, *, said: bool = True, heard: bool = True) -> None:
        """Drop what the node says to and hears from a port of either end, from now on."""
        self.heal()
        rules = [f"add table {TABLE}"]
        for chain, wanted in (("output", said), ("input", heard)):
            rules.append(f"add chain {TABLE} {chain} {{ type filter hook {chain} priority 0; }}")
            if wanted:
                ends = f"tcp sport {port}", f"tcp dport {port}"
                rules += [f"add rule {TABLE} {chain} {end} counter drop" for end in ends]
        self._inside("nft", "\n".join(rules))

    def heal(self) -> None:
        """Let everything pass; `dropped` says how many packets did not."""
        tables = self._inside("nft", "list ruleset")
        self.dropped += sum(map(int, PACKETS.findall(tables)))
        self._inside("nft", "flush ruleset")

    def end(self) -> None:
        """Remove it, and with it the cables."""
        self._run("ip", "netns", "del", self.name)

    def _inside(self, tool: str, *arguments: str) -> str:
        return self._run("ip", "netns", "exec", self.name, str(self._tools[tool]), *arguments)

    def _run(self, tool: str, *arguments: str) -> str:
        command = [str(self._tools[tool]), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerUnavailableError(f"{tool} {' '.join(arguments)}: {done.stderr}")
        return done.stdout
