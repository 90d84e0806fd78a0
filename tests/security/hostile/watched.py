"""What is seen of a server while it is sent hostile inputs: its memory, and how long a turn takes."""

import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.security.hostile.wire import PATIENCE
from tests.servers.talkoot import Talkoot

EVERY = 0.02  # seconds between two looks
TICK = os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """MiB in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def of_the_loop(pid: int) -> float:
    """Seconds of processor time of the main thread, which runs the event loop."""
    fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@dataclass
class Watch:
    """How it went; `lags` are of processor time, `waits` of the clock on the wall, both in seconds."""

    lags: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)  # share of the inputs sent, MiB
    processor: float = 0.0

    @property
    def longest_lag(self) -> float:
        """The most processor time between a question to the server and its answer."""
        return max(self.lags, default=0.0)

    @property
    def growth(self) -> float:
        """MiB by which memory is more at the end than it ever was before the middle."""
        half = [mib for share, mib in self.memory if share <= 0.5]
        return self.memory[-1][1] - max(half) if half else 0.0

    @contextmanager
    def looking(self, talkoot: Talkoot, inputs: int, sent: Counter[str]) -> Iterator[None]:
        """Ask how it is, again and again, while the block runs.

        In a thread: what the server does while its answer waits for a busy event loop here is no lag of its.
        """
        ended = threading.Event()
        thread = threading.Thread(target=self._look, args=(talkoot, inputs, sent, ended))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _look(self, talkoot: Talkoot, inputs: int, sent: Counter[str], ended: threading.Event) -> None:
        pid, at = talkoot.process.pid, urlsplit(talkoot.url)
        question = f"GET /healthz HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode()
        with socket.create_connection((at.hostname, at.port), PATIENCE) as connection:
            while not ended.wait(EVERY):
                before, began = of_the_loop(pid), time.monotonic()
                connection.sendall(question)
                told = connection.recv(65_536)
                while told and not told.endswith(b"}"):
                    told += connection.recv(65_536)
                assert told.startswith(b"HTTP/1.1 200"), told
                self.waits.append(time.monotonic() - began)
                self.lags.append(of_the_loop(pid) - before)
                self.memory.append((sum([*sent.values()]) / inputs, resident(pid)))

    def end(self, talkoot: Talkoot) -> None:
        """All has been sent."""
        pid = talkoot.process.pid
        self.memory.append((1.0, resident(pid)))
        self.processor = of_the_loop(pid)
