"""Many ids in few statements: a database takes so many parameters with one, and no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

MOST = 5000  # ids; PostgreSQL takes 32,767 parameters, and a statement may name these twice


def slices(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    """All of these, at most `MOST` at a time; of none, one slice that is empty."""
    given = [*ids]
    for at in range(0, max(1, len(given)), MOST):
        yield given[at : at + MOST]
