"""The piece of a text around what was searched for, in parts that say whether they match."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from talkoot.chat.search.resolved import starts_of
from talkoot.chat.search.schemas import SnippetPart
from talkoot.chat.search.tokens import placed_tokens

if TYPE_CHECKING:
    from talkoot.chat.search.language import Term
    from talkoot.chat.search.stems import Stems
    from talkoot.chat.search.tokens import Token

LENGTH = 300  # characters shown
MARKED = LENGTH  # places of one term that may be of use: there are no more in what is shown
_BEFORE = 60  # of them in front of the first match
CUT = "…"


def snippet(text: str, terms: Sequence[Term], stems: Stems) -> list[SnippetPart]:
    """The text around its first match; the whole text where it is short."""
    plain = unicodedata.normalize("NFC", text)
    spans = _merged(_spans(plain, terms, stems))
    begin, end = _window(plain, spans[0][0] if spans else 0)
    inside = [(max(first, begin), min(last, end)) for first, last in spans if first < end and last > begin]
    parts = [*_parts(plain, begin, end, inside)]
    if begin:
        parts.insert(0, SnippetPart(text=CUT, match=False))
    if end < len(plain):
        parts.append(SnippetPart(text=CUT, match=False))
    return parts


def _spans(text: str, terms: Sequence[Term], stems: Stems) -> list[tuple[int, int]]:
    tokens = placed_tokens(text)
    words = [token.text for token in tokens]
    return [
        (tokens[start].start, tokens[start + len(term.tokens) - 1].end)
        for term in terms
        for start in islice(_alike(term, tokens, stems) if term.forms else starts_of(term, words), MARKED)
    ]


def _alike(term: Term, tokens: Sequence[Token], stems: Stems) -> Iterator[int]:
    for number, token in enumerate(tokens):
        if token.text in term.forms or not term.forms.isdisjoint(stems.marks(token.text)):
            yield number


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _window(text: str, first: int) -> tuple[int, int]:
    """Where to cut: at a space, if there is one near."""
    if len(text) <= LENGTH:
        return 0, len(text)
    begin = max(0, min(first - _BEFORE, len(text) - LENGTH))
    if begin and (space := text.find(" ", begin, first)) >= 0:
        begin = space + 1
    return begin, min(len(text), begin + LENGTH)


def _parts(text: str, begin: int, end: int, matches: Sequence[tuple[int, int]]) -> Iterator[SnippetPart]:
    place = begin
    for first, last in matches:
        if first > place:
            yield SnippetPart(text=text[place:first], match=False)
        yield SnippetPart(text=text[first:last], match=True)
        place = last
    if place < end:
        yield SnippetPart(text=text[place:end], match=False)
