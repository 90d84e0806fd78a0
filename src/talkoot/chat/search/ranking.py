"""Which of the messages found answers a query best: how often, how exactly, how near, how new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from talkoot.chat.search.resolved import starts_of
from talkoot.chat.search.tokens import tokens_of
from talkoot.kernel.clock import SECOND

if TYPE_CHECKING:
    from talkoot.chat.search.language import Term
    from talkoot.chat.search.stems import Stems

_DAY = 86_400 * SECOND
_HALF_AS_NEW = 30  # days
_OLD = 0.4  # of its worth is left to a message however old it is
_STEM = 0.6  # of another form of the word
_SATURATION = 1.2  # the second time that a word is there counts less than the first
_LENGTH = 40  # words of a message that is neither short nor long
_TOGETHER = 0.5  # for words that stand in the order of the query, without a gap
_MOST = 400  # words of a message that are looked at


def worth(text: str, ts: int, terms: Sequence[Term], stems: Stems, now: int) -> float:
    """How well a text of a moment answers; comparable within one query only."""
    words = tokens_of(text)[:_MOST]
    length = 0.5 + 0.5 * len(words) / _LENGTH
    said = sum(_saturated(_times(term, words, stems) / length) for term in terms)
    if len(terms) > 1 and _together(terms, words):
        said += _TOGETHER * len(terms)
    age = max(0, now - ts) / _DAY
    return (said + 1) * (_OLD + (1 - _OLD) * _HALF_AS_NEW / (_HALF_AS_NEW + age))


def _times(term: Term, words: Sequence[str], stems: Stems) -> float:
    exact = sum(1 for _ in starts_of(term, words))
    if not term.forms:
        return exact
    alike = sum(
        word in term.forms or not term.forms.isdisjoint(stems.marks(word))
        for word in words
        if word not in term.tokens
    )
    return exact + _STEM * alike


def _saturated(times: float) -> float:
    return times / (times + _SATURATION)


def _together(terms: Sequence[Term], words: Sequence[str]) -> bool:
    sought = [token for term in terms for token in term.tokens]
    return any(words[place : place + len(sought)] == sought for place in range(len(words)))
