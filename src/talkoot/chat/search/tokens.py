"""Texts as tokens: the same for a message, a query and every database.

A word is a token. A run of a script that writes without spaces between words becomes overlapping pairs of
characters, and its last character alone, so that each part of it can be found: `AB BC C` for `ABC`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from talkoot.chat.search.folding import FOLDING

VERSION = 3  # one more whenever a message gives other tokens: indexes are then made again
LONGEST = 64  # characters of a word that count

# Thai and Lao, Tibetan and Burmese, Khmer, kana, Han, Hangul.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_ASCII = re.compile("[a-z0-9]+")
_ANY = re.compile(f"([{_UNSPACED}]+)|([{_EMOJI}]|[^ {_UNSPACED}{_EMOJI}]+)")


class Token(NamedTuple):
    """A token and the stretch of the text that it comes from."""

    text: str
    start: int
    end: int
    tail: bool = False
    """The last character of a run: a search for the run does not ask for it once more."""


def tokens_of(text: str) -> list[str]:
    """The tokens of a text in order."""
    if text.isascii():
        return [word[:LONGEST] for word in _ASCII.findall(text.lower())]
    found: list[str] = []
    for run, word in _ANY.findall(unicodedata.normalize("NFC", text).translate(FOLDING)):
        found += [run[place : place + 2] for place in range(len(run))] if run else [word[:LONGEST]]
    return found


def placed_tokens(text: str) -> list[Token]:
    """The tokens of a text in NFC, each with its place in it."""
    folded = text.translate(FOLDING)
    if all(len(FOLDING[ord(character)]) == 1 for character in set(text)):
        return list(_tokens(folded))
    origin = [place for place, character in enumerate(text) for _ in FOLDING[ord(character)]]
    return [
        Token(token.text, origin[token.start], origin[token.end - 1] + 1, token.tail)
        for token in _tokens(folded)
    ]


def _tokens(folded: str) -> Iterator[Token]:
    for match in _ANY.finditer(folded):
        if match[1] is None:
            yield Token(match[0][:LONGEST], match.start(), match.end())
        else:
            yield from _pairs(match[1], match.start())


def _pairs(run: str, start: int) -> Iterator[Token]:
    for place in range(len(run)):
        pair = run[place : place + 2]
        yield Token(pair, start + place, start + place + len(pair), tail=len(pair) == 1)
