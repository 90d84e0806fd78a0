"""The language of queries: words, "phrases", prefix*, -not, `name:value`; read once, from left to right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from msgspec import field
from msgspec.structs import replace

from talkoot.chat.search.tokens import Token, placed_tokens
from talkoot.kernel.errors import Invalid
from talkoot.kernel.values import State, Value

LONGEST = 500  # characters
TERMS = 20
WORDS = 32  # in one phrase
_SHORTEST_PREFIX = 2
_KNOWN = ("from", "in", "before", "after", "on", "is", "has")
_PLAIN = dict.fromkeys((*range(32), 127), " ") | dict.fromkeys(map(ord, "“”„‟«»"), '"')
_PART = re.compile(
    rf"(?P<no>-?)(?:(?P<name>{'|'.join(_KNOWN)}):)?(?:\"(?P<quoted>[^\"]*)(?:\"|$)|(?P<plain>[^\s\"]+))",
    re.IGNORECASE,
)


class Term(Value, frozen=True):
    """Tokens that follow each other; with `prefix` the last one only begins a word.

    `loose` is one word as it was typed, not in quotes; `forms` are then what counts for it beside itself.
    """

    tokens: tuple[str, ...]
    prefix: bool = False
    loose: bool = False
    forms: frozenset[str] = frozenset()


class Filter(Value, frozen=True):
    """`name:value`, with `-` in front if it is denied."""

    name: str
    value: str
    denied: bool


class Query(State):
    """A query, taken apart; who and what its filters name is not looked up yet."""

    terms: list[Term] = field(default_factory=list)
    denied: list[Term] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)


def parse(text: str) -> Query:
    """Take a query apart. Invalid when it is too long, or there is nothing in it to look for."""
    if len(text) > LONGEST:
        raise refused("too_long", f"A query may have {LONGEST} characters")
    query = Query()
    for part in _PART.finditer(text.translate(_PLAIN)):
        _take(query, part)
    if len(query.terms) + len(query.denied) + len(query.filters) > TERMS:
        raise refused("too_many", f"A query may have {TERMS} parts")
    if not query.terms and not any(not given.denied for given in query.filters):
        raise refused("empty", "There is nothing to look for: a word, or a filter such as from:somebody")
    return query


def refused(code: str, detail: str) -> Invalid:
    """What is wrong with a query."""
    return Invalid.field("q", code, detail)


def term_of(text: str, *, prefix: bool = False) -> Term | None:
    """The tokens to look for; None if there is nothing but punctuation in the text."""
    tokens = placed_tokens(unicodedata.normalize("NFC", text))
    if not tokens:
        return None
    last = tokens[-1]
    if last.tail:
        if len(tokens) > 1 and tokens[-2].end == last.end:
            tokens.pop()  # the pair before it ends with the same character
            return Term(_texts(tokens))
        return Term(_texts(tokens), prefix=True)  # it begins a pair, or stands at the end
    if prefix and len(last.text) < _SHORTEST_PREFIX:
        raise refused("prefix", f"A prefix needs {_SHORTEST_PREFIX} characters before the *")
    return Term(_texts(tokens), prefix=prefix)


def _take(query: Query, part: re.Match[str]) -> None:
    name, denied = (part["name"] or "").lower(), bool(part["no"])
    text = part["quoted"] if part["plain"] is None else part["plain"]
    if name:
        query.filters.append(Filter(name, text, denied))
        return
    bare = part["plain"] is not None
    term = term_of(text, prefix=bare and text.endswith("*"))
    if term is not None:
        if bare and len(term.tokens) == 1 and not term.prefix:
            term = replace(term, loose=True)
        if len(term.tokens) > WORDS:
            raise refused("too_many", f"A phrase may have {WORDS} words, or pairs of characters")
        (query.denied if denied else query.terms).append(term)


def _texts(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.text for token in tokens)
