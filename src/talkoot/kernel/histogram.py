"""How long things took, counted in steps: plain numbers that cost nothing to keep."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

STEPS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Histogram:
    """Seconds, counted by the first step that is not below them."""

    __slots__ = ("_counts", "sum")

    def __init__(self) -> None:
        self._counts = [0] * (len(STEPS) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """It took so long this time."""
        self._counts[bisect_left(STEPS, seconds)] += 1
        self.sum += seconds

    def buckets(self) -> list[tuple[str, int]]:
        """For each step, how many took at most so long; the last one has them all."""
        names = [*map(str, STEPS), "+Inf"]
        return list(zip(names, accumulate(self._counts), strict=True))
