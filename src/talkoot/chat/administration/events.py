"""What happens to the installation, told inside the program."""

from __future__ import annotations

from talkoot.kernel.values import Value


class LimitChosen(Value, frozen=True):
    """A limit has other numbers now, or its own again."""

    name: str
