"""What is seen of a server while it is sent hostile inputs: its memory, and how long a turn takes."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.clients import Api
from tests.security.hostile.wire import Wire
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

    async def look(self, talkoot: Talkoot, owner: Api, inputs: int, sent: Counter[str]) -> None:
        """Ask how it is, again and again, on a connection of its own."""
        pid, wire = talkoot.process.pid, Wire(int(owner.url.rpartition(":")[2]))
        question = f"GET /healthz HTTP/1.1\r\nHost: {owner.url.partition('//')[2]}\r\n\r\n".encode()
        try:
            await self._look(pid, wire, question, lambda: sum(sent.values()) / inputs)
        finally:
            await wire.close()

    async def _look(self, pid: int, wire: Wire, question: bytes, share: Callable[[], float]) -> None:
        while True:
            before, began = of_the_loop(pid), time.monotonic()
            await wire.ask(question)
            self.waits.append(time.monotonic() - began)
            self.lags.append(of_the_loop(pid) - before)
            self.memory.append((share(), resident(pid)))
            await asyncio.sleep(EVERY)

    def end(self, talkoot: Talkoot) -> None:
        """All has been sent."""
        pid = talkoot.process.pid
        self.memory.append((1.0, resident(pid)))
        self.processor = of_the_loop(pid)
