"""Letters of other scripts that look like Latin ones: two names that look the same are the same name.

A short table for the scripts that share whole words with Latin to the eye (Cyrillic, Greek, Armenian), after
Unicode Technical Standard 39; applied to case-folded text, and only to compare, never to show.
"""

from __future__ import annotations

_LOOKALIKES = {
    "a": "\u0430\u03b1\u0251",
    "b": "\u044c\u0184",
    "c": "\u0441\u03f2",
    "d": "\u0501",
    "e": "\u0435\u04bd",
    "g": "\u0261\u0581",
    "h": "\u04bb\u0570",
    "i": "\u0456\u03b9\u0131\u0269",
    "j": "\u0458\u03f3",
    "k": "\u043a\u03ba",
    "l": "\u04cf\u01c0",
    "m": "\u043c",
    "n": "\u0578",
    "o": "\u043e\u03bf\u0585\u03c3",
    "p": "\u0440\u03c1",
    "q": "\u051b\u0566",
    "r": "\u0433",
    "s": "\u0455",
    "t": "\u0442\u03c4",
    "u": "\u057d\u03c5",
    "v": "\u03bd\u0475",
    "w": "\u051d\u0461\u0561",
    "x": "\u0445\u03c7",
    "y": "\u0443\u03b3",
    "z": "\u1d22",
}
_TABLE = str.maketrans({other: latin for latin, others in _LOOKALIKES.items() for other in others})


def skeleton(folded: str) -> str:
    """Case-folded text with each lookalike replaced by the Latin letter it looks like."""
    return folded.translate(_TABLE)
