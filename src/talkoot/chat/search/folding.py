"""One character at a time to the form in which words are compared: without case, accents and punctuation."""

from __future__ import annotations

import unicodedata

_REMEMBERED = 20_000  # characters; more than a workspace writes with
_FIRST_EMOJI = 0x2600
_NEVER_DECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe"}
)
_INSIDE_WORDS = frozenset("\u00ad\u0640\u200c\u200d\u2060\ufeff")  # hyphens and joiners nobody sees
_ACCENTS = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),  # Hebrew points
    (0x0610, 0x061A),
    (0x064B, 0x065F),  # Arabic vowels
    (0x0670, 0x0670),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE2F),  # variation selectors too
)
SPACE = " "


class Folding(dict[int, str]):
    """For `str.translate`: what each character of a NFC text becomes; made when one is met first.

    A letter, digit or mark of a script becomes its plain form, an accent nothing, an emoji stays, and
    everything else is a space.
    """

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


FOLDING = Folding()


def _folded(character: str) -> str:
    if character in _INSIDE_WORDS:
        return ""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    plain = "".join(part for part in decomposed if not _is_accent(part)).translate(_NEVER_DECOMPOSED)
    kept = "".join(part if _is_of_words(part) else SPACE for part in plain)
    return unicodedata.normalize("NFC", kept)


def _is_accent(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _ACCENTS)


def _is_of_words(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LNM" or (category == "So" and ord(character) >= _FIRST_EMOJI)
