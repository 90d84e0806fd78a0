"""What to look for, with every name looked up; and the one definition of what it is to match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.search.documents import Document
    from talkoot.chat.search.language import Term

_GAP = " "  # in no token


class ResolvedQuery(Value, frozen=True):
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
        words = [*document.words, *document.inside]
        line = _line(words)
        return all(_has(line, words, document.marks, term) for term in self.terms) and not any(
            _sought(term) in line for term in self.denied
        )


def has(words: Sequence[str], marks: Sequence[str], term: Term) -> bool:
    """Whether what is looked for is among words with these marks of their stems."""
    return _has(_line(words), words, marks, term)


def _has(line: str, words: Sequence[str], marks: Sequence[str], term: Term) -> bool:
    if _sought(term) in line:
        return True
    return bool(term.forms) and not (term.forms.isdisjoint(words) and term.forms.isdisjoint(marks))


def starts_of(term: Term, words: Sequence[str]) -> Iterator[int]:
    """Where in a text the term begins, from the first place on."""
    line, sought = _line(words), _sought(term)
    number, known, place = 0, 0, line.find(sought)
    while place >= 0:
        number, known = number + line.count(_GAP, known, place), place
        yield number
        place = line.find(sought, place + 1)


def _line(words: Sequence[str]) -> str:
    """Words between gaps: a phrase is then a part of it, which is found without comparing word by word."""
    return f"{_GAP}{_GAP.join(words)}{_GAP}"


def _sought(term: Term) -> str:
    return _GAP + _GAP.join(term.tokens) + ("" if term.prefix else _GAP)
