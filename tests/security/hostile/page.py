"""What a run has shown, for the page about what is tried against the server."""

import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from tests.security.hostile.run import Result

_PLACE = re.compile(r"(<!-- measured: hostile -->\n).*?(<!-- end -->)", re.DOTALL)


def lines(result: Result) -> list[str]:
    """A few sentences and two tables."""
    watch, total = result.watch, sum(result.sent.values())
    quarters = [next(mib for share, mib in watch.memory if share >= n / 4) for n in range(4)]
    memory = ", ".join(f"{mib:.0f}" for mib in [*quarters, watch.memory[-1][1]])
    where = f"Python {platform.python_version()}, one server on SQLite, without rate limits"
    within = sum(wait <= 0.1 for wait in watch.waits)
    return [
        f"{total:,} inputs with the seed {result.seed} in {result.seconds:.0f} s,",
        f"on {datetime.now(UTC):%Y-%m-%d}: {where}.",
        "",
        "| | |",
        "| --- | --- |",
        *(f"| {kind} | {number:,} |" for kind, number in sorted(result.sent.items())),
        f"| server errors (5xx but 503, 4500, errors in the log) | {len(result.wrong_answers)} |",
        f"| inputs without an answer or a close | {result.unanswered} |",
        f"| memory at the start, after each quarter | {memory} MiB |",
        f"| longest turn of the event loop, processor time | {watch.longest_lag * 1000:.0f} ms |",
        f"| looks that were answered within 100 ms by the wall clock | {within:,} of {len(watch.waits):,} |",
        f"| processor time of the event loop for an input | {watch.processor / total * 1e6:.0f} µs |",
        "",
        "| answered | times |",
        "| --- | --- |",
        *(f"| {status or 'closed without'} | {n:,} |" for status, n in sorted(result.statuses.items())),
        "",
        "| sockets, after 20 frames | times |",
        "| --- | --- |",
        *(
            f"| {f'closed with {code}' if code else 'went on'} | {n:,} |"
            for code, n in sorted(result.closed.items())
        ),
    ]


def write(path: Path, result: Result) -> None:
    """Put it into the page."""
    told = "\n".join(lines(result))
    path.write_text(
        _PLACE.sub(lambda found: f"{found[1]}\n{told}\n\n{found[2]}", path.read_text("utf-8")), "utf-8"
    )
