"""What happens to the installation, told inside the program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LimitChosen:
    """A limit has other numbers now, or its own again."""

    name: str
