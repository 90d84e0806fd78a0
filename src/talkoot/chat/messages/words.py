"""Whether a text has words of a list, or links: in time that grows with its length, whatever is in it."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from talkoot.chat.accounts.lookalikes import skeleton
from talkoot.kernel.values import Value

_WORD = re.compile(r"\w+")
MARK_OF_LINKS = "://"  # without it a text links to no page
_MARKS = "*_~`\\"
_BARE_LINK = re.compile(r"//\S")
_MARKS_OF_LINKS = ("](", "]:", "mailto:", "tel:", "www.")


class _Seen(dict[int, str | None]):
    """For `translate`: takes out accents and what has no width, and makes one of letters that look alike."""

    def __missing__(self, code: int) -> str | None:
        self[code] = None if unicodedata.category(chr(code)) in {"Mn", "Cf"} else skeleton(chr(code))
        return self[code]


_SEEN = _Seen()


class WordList(Value, frozen=True):
    """Phrases by their number of words, and beginnings of words by their length."""

    phrases: dict[int, frozenset[tuple[str, ...]]]
    beginnings: dict[int, frozenset[str]]

    def has(self, text: str) -> bool:
        """Whether one of them is in the text, however it is written or emphasised."""
        plain = _folded(text)
        if self._among(_WORD.findall(plain)):
            return True
        bare = plain
        for mark in _MARKS:
            bare = bare.replace(mark, "")
        return bare != plain and self._among(_WORD.findall(bare))

    def _among(self, words: list[str]) -> bool:
        for length, phrases in self.phrases.items():
            if any(tuple(words[n : n + length]) in phrases for n in range(len(words) - length + 1)):
                return True
        for length, beginnings in self.beginnings.items():
            if any(word[:length] in beginnings for word in words):
                return True
        return False


@lru_cache(maxsize=512)
def word_list(lines: str) -> WordList:
    """A list from one word or phrase a line; `spam*` is every word that begins so."""
    phrases: dict[int, set[tuple[str, ...]]] = {}
    beginnings: dict[int, set[str]] = {}
    for line in lines.splitlines():
        words = _WORD.findall(_folded(line))
        if len(words) == 1 and line.rstrip().endswith("*"):
            beginnings.setdefault(len(words[0]), set()).add(words[0])
        elif words:
            phrases.setdefault(len(words), set()).add(tuple(words))
    return WordList(
        {length: frozenset(those) for length, those in phrases.items()},
        {length: frozenset(those) for length, those in beginnings.items()},
    )


def has_link(text: str) -> bool:
    """Whether clients may show something of it as a link."""
    plain = html.unescape(text).casefold().replace("\\", "")
    return _BARE_LINK.search(plain) is not None or any(mark in plain for mark in _MARKS_OF_LINKS)


def _folded(text: str) -> str:
    """Without what looks different and reads the same: case, accents, widths, scripts, what is invisible."""
    plain = unicodedata.normalize("NFKD", html.unescape(text).casefold())
    return plain.casefold().translate(_SEEN)  # again: what was a bold capital is a plain one only now
