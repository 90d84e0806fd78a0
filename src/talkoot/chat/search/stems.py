"""Words by their stems: `run` finds `running`, in the languages that were chosen.

The words themselves stay as they are in the index. Beside them stands a mark of each stem that is another
word than the one it comes from.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from talkoot.chat.search.language import Query, Term

_MARK = "\ue001"  # of private use: no word begins with it
_SHORTEST = 3
_REMEMBERED = 10_000  # words, in each thread
_BITS = 20


class _Stemmers(threading.local):
    """Those of this thread: a stemmer keeps what it is at."""

    made: list[Callable[[str], str]] | None = None


class Stems:
    """The stems of words in some languages; without a language no word has any."""

    def __init__(self, languages: tuple[str, ...] = ()) -> None:
        self._languages = languages
        self._stemmers = _Stemmers()

    def version(self, rules: int) -> int:
        """The rules that an index was made by: those of the words, and these languages."""
        if not self._languages:
            return rules
        return (rules << _BITS) | (zlib.crc32(",".join(self._languages).encode()) >> (32 - _BITS))

    def marks(self, word: str) -> tuple[str, ...]:
        """What stands beside a word, so that it is found by others of its stem."""
        return tuple(_MARK + stem for stem in self._of(word) if stem != word)

    def widen(self, query: Query) -> None:
        """Let each word that stands alone find all of its stem too."""
        query.terms = [replace(term, forms=self._forms(term)) if term.loose else term for term in query.terms]

    def _forms(self, term: Term) -> frozenset[str]:
        (word,) = term.tokens
        stems = self._of(word)
        return frozenset({word, *stems, *(_MARK + stem for stem in stems)}) if stems else frozenset()

    def _of(self, word: str) -> list[str]:
        if len(word) < _SHORTEST or not word.isalpha():
            return []
        return list(dict.fromkeys(stem(word) for stem in self._made()))

    def _made(self) -> list[Callable[[str], str]]:
        if self._stemmers.made is None:
            from Stemmer import Stemmer  # type: ignore[import-not-found] # it tells no types

            self._stemmers.made = [Stemmer(name, _REMEMBERED).stemWord for name in self._languages]
        return self._stemmers.made
