"""Times between sending and receiving, told by the text of the message itself."""

import time
from collections.abc import Sequence

STAMP = 20
TEXT = 200


def stamped(size: int = TEXT) -> str:
    """A text that begins with the moment at which it was made."""
    return f"{time.monotonic_ns():0{STAMP}d}".ljust(size, "x")


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


LEVELS = (*range(100), 99.5, 99.9, 99.99)  # percentiles that are kept, to draw


def summary(seconds: Sequence[float]) -> dict[str, object]:
    """Quantiles in milliseconds."""
    ordered = sorted(value * 1000 for value in seconds)
    return {
        "samples": len(ordered),
        "p50_ms": round(quantile(ordered, 0.5), 4),
        "p99_ms": round(quantile(ordered, 0.99), 4),
        "max_ms": round(quantile(ordered, 1.0), 4),
        "quantiles_ms": [round(quantile(ordered, n / 100), 3) for n in LEVELS] if ordered else [],
    }
