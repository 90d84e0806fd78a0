"""What follows from the table of operations for the ways into the program: what is asked before a handler."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from talkoot.chat.access.operations import ALWAYS, TABLE

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Limits

LASTING = frozenset(way for row in TABLE.values() if row.lasting for way in row.ways)
FORMS = frozenset(way for row in TABLE.values() if row.form for way in row.ways)
PROVED = frozenset(way for row in TABLE.values() if row.proof == ALWAYS for way in row.ways)


def ways_of(limits: Limits) -> frozenset[str]:
    """All ways that a token with these limits may ask in."""
    return _ways_of(limits.scopes, limits.places is not None)


@cache
def _ways_of(scopes: frozenset[str], placed: bool) -> frozenset[str]:  # noqa: FBT001
    return frozenset(way for row in TABLE.values() if row.good_for(scopes, placed=placed) for way in row.ways)
