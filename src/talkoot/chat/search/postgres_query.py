"""What is wanted, in the language of PostgreSQL's full-text search; and the tokens of a message."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from talkoot.chat.search.documents import of_room

if TYPE_CHECKING:
    from collections.abc import Iterable

    from talkoot.chat.search.documents import Document
    from talkoot.chat.search.language import Term
    from talkoot.chat.search.resolved import ResolvedQuery

FEW = 4  # rooms: a list of their messages is then a shorter way than looking at the room of each match
_LAST_POSITION = 16_383  # of a token that PostgreSQL keeps apart from the one before


def expression(wanted: ResolvedQuery) -> str:
    """The tsquery; empty where only the time and the rooms are asked for."""
    needed = [*map(_words, wanted.terms), *map(_quoted, wanted.marks)]
    if not needed:
        return ""
    if len(wanted.rooms) <= FEW:
        needed.append(_any(map(of_room, sorted(wanted.rooms))))
    # Who has all words of a denied phrase need not have the phrase: the message itself decides.
    denied = [
        *(_words(term) for term in wanted.denied if len(term.tokens) == 1),
        *map(_quoted, wanted.denied_marks),
    ]
    return " & ".join([*needed, *(f"!{part}" for part in denied)])


def within(query: str, slices: Iterable[int]) -> str:
    """The same, in these slices only."""
    return f"{query} & {_any(map(_of_slice, slices))}"


def vector(document: Document, slice_: int) -> str:
    """The tsvector of a message."""
    places: dict[str, list[str]] = defaultdict(list)
    for place, word in enumerate(document.words, 1):
        places[word].append(str(min(place, _LAST_POSITION)))
    words = [f"{_quoted(word)}:{','.join(found)}" for word, found in places.items()]
    inside = {*document.inside} - places.keys()  # without places, which take room and are not asked for
    return " ".join([*words, *map(_quoted, (*inside, *document.marks, _of_slice(slice_)))])


def _of_slice(number: int) -> str:
    return f"\ue000s{number}"


def _words(term: Term) -> str:
    """All words of a phrase: PostgreSQL keeps only some of their places, the message itself has them all."""
    if term.forms:
        return _any(sorted(term.forms))
    *first, last = map(_quoted, term.tokens)
    return f"({' & '.join([*dict.fromkeys(first), f'{last}:*' if term.prefix else last])})"


def _any(tokens: Iterable[str]) -> str:
    return f"({' | '.join(map(_quoted, tokens))})"


def _quoted(token: str) -> str:
    return f"'{token}'"  # there is neither a quote nor a backslash in a token
