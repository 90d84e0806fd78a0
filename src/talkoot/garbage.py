"""Keeps the garbage collector's walks short: what has lasted is set aside until it may have doubled.

A walk through everything costs a busy server 0.1 s and more, and the event loop stands still meanwhile.
Most of what has lasted (the program, compiled statements, caches) goes on lasting; and what ends without
a cycle is freed at once, set aside or not.
"""

from __future__ import annotations

import gc
from typing import Any, Literal

_YOUNG = 5_000
"""Objects that may be made before the garbage collector looks at them; 700 is Python's own."""

_OLDEST = 2  # the generation of what has lasted


def set_aside_what_stays() -> None:
    """Keep the garbage collector away from the program itself, and from what lasts later; let it begin."""
    gc.freeze()
    gc.collect()  # so that it knows how little is left, and does not wait for a quarter of what was there
    gc.callbacks.append(_Lasting())
    gc.set_threshold(_YOUNG, 10, 10)
    gc.enable()


class _Lasting:
    """Sets aside what walks through the oldest leave, until that is as much as all there was."""

    def __init__(self) -> None:
        self._begin()

    def __call__(self, phase: Literal["start", "stop"], walk: dict[str, Any]) -> None:
        if phase == "start" or walk["generation"] != _OLDEST:
            return
        self._since += len(gc.get_objects(_OLDEST))
        gc.freeze()
        if self._through_all:
            self._begin()
        elif self._since > self._at_first:
            self._count()

    def _begin(self) -> None:
        self._at_first = gc.get_freeze_count()
        self._since = 0  # set aside since; much of it may be gone
        self._through_all = False

    def _count(self) -> None:
        """If there really are twice as many, the next walk goes through all of them."""
        self._since = gc.get_freeze_count() - self._at_first
        if self._since > self._at_first:
            self._through_all = True
            gc.unfreeze()
