"""Words inside files: whether they answer a query, in which file, and the text around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from talkoot.chat.search.documents import MOST_INSIDE, document_of
from talkoot.chat.search.resolved import has
from talkoot.chat.search.schemas import FoundFile, SnippetPart
from talkoot.chat.search.snippets import CUT, snippet
from talkoot.chat.search.tokens import tokens_of

if TYPE_CHECKING:
    from talkoot.chat.search.documents import Row, Said
    from talkoot.chat.search.language import Term
    from talkoot.chat.search.resolved import ResolvedQuery
    from talkoot.chat.search.stems import Stems

SHOWN = 3  # files of one message
# Characters that are looked at together; and of the next ones, for a phrase must not be cut in two.
_STRETCH, _OVERLAP = 2000, 600


def look_inside(
    wanted: ResolvedQuery, row: Row, said: Sequence[Said], stems: Stems
) -> list[FoundFile] | None:
    """The files with words of the query in them; None if the message with all its files does not match."""
    document = document_of(row, stems, [each.text for each in said])
    if document is None or not wanted.matches(document):
        return None
    found: list[FoundFile] = []
    left = MOST_INSIDE
    for each in said:
        place = _best(each.text[:left], wanted.terms, stems)
        left = max(0, left - len(each.text))
        if place is not None and len(found) < SHOWN:
            parts = _around(each.text, place, wanted.terms, stems)
            found.append(FoundFile(id=each.file, name=each.name, snippet=parts))
    return found


def _best(text: str, terms: Sequence[Term], stems: Stems) -> int | None:
    """Where the first of the stretches begins that have most of what is looked for; None if none has any."""
    best, most = None, 0
    for start, stretch in _stretches(text):
        words = tokens_of(stretch)
        marks = [mark for word in set(words) for mark in stems.marks(word)]
        there = sum(has(words, marks, term) for term in terms)
        if there > most:
            best, most = start, there
        if there == len(terms):
            break
    return best


def _stretches(text: str) -> Iterator[tuple[int, str]]:
    for start in range(0, len(text), _STRETCH):
        yield start, text[start : start + _STRETCH + _OVERLAP]


def _around(text: str, start: int, terms: Sequence[Term], stems: Stems) -> list[SnippetPart]:
    end = start + _STRETCH + _OVERLAP
    parts = snippet(text[start:end], terms, stems)
    if start and parts[0].text != CUT:
        parts.insert(0, SnippetPart(text=CUT, match=False))
    if end < len(text) and parts[-1].text != CUT:
        parts.append(SnippetPart(text=CUT, match=False))
    return parts
