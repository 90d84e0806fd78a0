"""What was left out, line by line, and how far a command is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import IO

import msgspec

from talkoot.kernel.values import Value

_BAR = 24


class Report:
    """Counts what was left out, and writes each as a line of JSON: `{what, why, where}`."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file = file
        self.left_out: Counter[str] = Counter()
        self.done: Counter[str] = Counter()

    def leave_out(self, what: str, why: str, where: str) -> None:
        """This was left out, for this reason; `why` is one of few words, `where` names the place."""
        self.left_out[f"{what}: {why}"] += 1
        if self._file is not None:
            self._file.write(msgspec.json.encode({"what": what, "why": why, "where": where}) + b"\n")

    def summary(self) -> list[str]:
        """What was done, and what was not, in lines for people."""
        done = [f"{kind}: {number:,}" for kind, number in sorted(self.done.items()) if number]
        return done + [f"left out, {why}: {n:,}" for why, n in sorted(self.left_out.items())]


class Progress:
    """Tells `every` so many seconds how much of so many bytes is done, at which rate, and what is left."""

    def __init__(self, tell: Callable[[str], None], *, every: float, total: int = 0) -> None:
        self._tell = tell
        self._every = every
        self._began = self._told = time.monotonic()
        self.total = total
        self.bytes = 0
        self.items = 0
        self.loaded = 0

    def more(self, items: int, size: int = 0) -> None:
        """So much more is done."""
        self.items += items
        self.bytes += size
        self._tell_now_and_then()

    def fetched(self, size: int) -> None:
        """So many bytes of files came from elsewhere."""
        self.loaded += size
        self._tell_now_and_then()

    def _tell_now_and_then(self) -> None:
        now = time.monotonic()
        if now - self._told >= self._every:
            self._told = now
            self._tell(self.line(now - self._began))

    @property
    def told(self) -> bool:
        """Whether anything was told yet."""
        return self._told != self._began

    def line(self, seconds: float) -> str:
        """How far it is after so many seconds."""
        rate = self.items / max(seconds, 0.001)
        said = f"{self.items:,} lines, {rate:,.0f}/s"
        if self.loaded:
            said += f", {self.loaded / 1_000_000:,.1f} MB fetched"
        if not self.total:
            return said
        share = min(1.0, self.bytes / self.total)
        left = seconds * (1 - share) / share if share else 0.0
        filled = int(share * _BAR)
        bar = "#" * filled + "." * (_BAR - filled)
        return f"[{bar}] {share:4.0%}  {said}, {int(left // 60)}:{int(left % 60):02d} left"


class Feedback(Value, frozen=True):
    """Where a command tells what it leaves out, and how far it is."""

    report: Report
    progress: Progress
