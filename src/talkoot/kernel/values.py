"""What holds values, and is nothing else.

Made by msgspec and not by `dataclasses`, which writes and compiles six functions for each class: for 250 of
them that was a tenth of a second of each start, and three megabytes of a server at rest. What annotations say
here is for type checkers alone.
"""

from __future__ import annotations

import msgspec


class Value(msgspec.Struct, frozen=True):
    """Named values that never change; two are equal if all of theirs are."""


class State(msgspec.Struct):
    """Named values that change."""
