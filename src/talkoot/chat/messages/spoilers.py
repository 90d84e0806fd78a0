"""Texts without what their writers hid, for where nobody can choose to look."""

from __future__ import annotations

from itertools import pairwise

_HIDDEN = "(spoiler)"


def without_spoilers(text: str) -> str:
    """A text without what its writer hid between `||`; all between the first and the last with code in it.

    For bars in code are none, and rather too much is hidden here than too little.
    """
    if "||" not in text:
        return text
    parts, greedy = text.split("||"), "`" in text
    shown, opened = parts[:1], None
    for before, behind in pairwise(parts):
        if opened is not None and before[-1:].strip():
            shown[opened:] = [_HIDDEN + behind]
            opened = opened if greedy else None
            continue
        if behind[:1].strip() and not (greedy and opened is not None):
            opened = len(shown)
        shown.append(f"||{behind}")
    return "".join(shown)
