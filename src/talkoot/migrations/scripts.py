"""What the scripts in `versions` say of themselves, without loading them.

A step expands or contracts. To expand is to add what the program before does not mind: it goes on serving. To
contract is to take away what no program that runs needs any more: it waits until the last old one has gone.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

from talkoot.kernel.values import Value

FOLDER = Path(__file__).with_name("versions")
_SAID = {"phase", "beside"}


class Step(Value, frozen=True):
    """One script. `beside` are indexes, `name: "table (columns)"`, that are built beside running writers."""

    revision: str
    contracts: bool
    beside: dict[str, str]


@cache
def steps() -> tuple[Step, ...]:
    """All there ever were, in their order: each file begins with its number."""
    return tuple(_read(file) for file in sorted(FOLDER.glob("[0-9]*.py")))


def _read(file: Path) -> Step:
    source = file.read_text("utf-8")
    said: dict[str, Any] = {}
    for node in ast.parse(source).body if "phase = " in source else ():
        if (
            isinstance(node, ast.Assign)
            and isinstance(name := node.targets[0], ast.Name)
            and name.id in _SAID
        ):
            said[name.id] = ast.literal_eval(node.value)
    return Step(file.name.split("_")[0], said.get("phase") == "contract", said.get("beside", {}))


@cache
def known_revisions() -> frozenset[str]:
    """All revisions that this program knows."""
    return frozenset(step.revision for step in steps())


def newest() -> str:
    """The last of them."""
    return steps()[-1].revision


def needed() -> str:
    """The oldest form that this program works with: what comes after it only takes away."""
    return max(step.revision for step in steps() if not step.contracts)


def floor_at(revision: str) -> str | None:
    """The last step up to a revision that took something away: older programs miss it."""
    return max(
        (step.revision for step in steps() if step.contracts and step.revision <= revision), default=None
    )


def indexes_at(revision: str) -> dict[str, str]:
    """All that are built beside writers, up to a revision."""
    return {name: on for step in steps() if step.revision <= revision for name, on in step.beside.items()}
