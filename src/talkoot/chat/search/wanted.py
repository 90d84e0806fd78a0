"""What to look for, with every name looked up; and the one definition of what it is to match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talkoot.chat.search.documents import Document
    from talkoot.chat.search.language import Term


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every term and mark has to be there, and none of the denied ones; from `since`, and before `until`.

    `rooms` are the only ones to look into, as 32 hexadecimal digits.
    """

    rooms: frozenset[str]
    terms: Sequence[Term] = ()
    denied: Sequence[Term] = ()
    marks: Sequence[str] = ()
    denied_marks: Sequence[str] = ()
    since: int = 0
    until: int = 2**62

    def matches(self, document: Document) -> bool:
        """Whether a message, as it is now, is one of those."""
        if document.room not in self.rooms or not self.since <= document.ts < self.until:
            return False
        if not {*self.marks} <= {*document.marks} or {*self.denied_marks} & {*document.marks}:
            return False
        places = _places(document.words)
        return all(_found(term, places) for term in self.terms) and not any(
            _found(term, places) for term in self.denied
        )


def starts_of(term: Term, words: Sequence[str]) -> list[int]:
    """Where in a text the term begins."""
    return _starts(term, _places(words))


def _places(words: Sequence[str]) -> dict[str, set[int]]:
    places: dict[str, set[int]] = defaultdict(set)
    for place, word in enumerate(words):
        places[word].add(place)
    return places


def _found(term: Term, places: dict[str, set[int]]) -> bool:
    return bool(_starts(term, places))


def _starts(term: Term, places: dict[str, set[int]]) -> list[int]:
    *first, last = term.tokens
    ends = places.get(last, set())
    if term.prefix:
        ends = {place for word, found in places.items() if word.startswith(last) for place in found}
    behind = len(first)
    return sorted(
        end - behind
        for end in ends
        if all(end - behind + n in places.get(token, ()) for n, token in enumerate(first))
    )
