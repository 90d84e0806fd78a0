"""What files that are made by programs need: tables, places for them, and the way to write or check."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

_PLACE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def filled(page: Path, tables: Mapping[str, Callable[[], str]]) -> str:
    """The page with the tables between `<!-- made: NAME -->` and `<!-- end -->` made anew."""
    text = page.read_text("utf-8")
    return _PLACE.sub(lambda found: f"{found[1]}\n{tables[found[2]]()}\n{found[3]}", text)


def write(path: Path, wanted: str) -> int:
    """Write the file, or with --check only say whether it is what would be written; the exit code."""
    if "--check" not in sys.argv:
        path.write_text(wanted, "utf-8")
    elif not path.exists() or path.read_text("utf-8") != wanted:
        print(f"{path.name} is stale: run python -m tools.{Path(sys.argv[0]).stem}", file=sys.stderr)
        return 1
    return 0
