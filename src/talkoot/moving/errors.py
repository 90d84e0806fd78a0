"""What moving refuses."""

from __future__ import annotations


class MovingError(Exception):
    """An archive can not be made or used; the text says why and what to do."""
