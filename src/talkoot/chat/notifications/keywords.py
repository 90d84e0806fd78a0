"""The words that people want to be told of."""

from __future__ import annotations

import re
from functools import lru_cache

MOST, LONGEST = 25, 50  # of one person in a workspace, and characters


def cleaned(words: list[str]) -> list[str]:
    """Each word or phrase once, without what stands around it; ValueError if one is too long, or too many."""
    found = {folded: word for word in words if (folded := " ".join(word.casefold().split()))}
    if len(found) > MOST:
        raise ValueError(f"At most {MOST} keywords")
    if any(len(word) > LONGEST for word in found):
        raise ValueError(f"At most {LONGEST} characters in a keyword")
    return list(found)


def stands_in(keywords: str, text: str) -> bool:
    """Whether one of these, one a line, stands in a text, as a whole word and in any case."""
    return _pattern(keywords).search(text.casefold()) is not None


@lru_cache(maxsize=1000)
def _pattern(keywords: str) -> re.Pattern[str]:
    words = "|".join(r"\s+".join(map(re.escape, word.split())) for word in keywords.splitlines())
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")
