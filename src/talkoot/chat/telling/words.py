"""What a message says in a line, where it is not shown itself."""

from __future__ import annotations

from itertools import pairwise

import msgspec

from talkoot.chat.messages.quoted import LONGEST as QUOTED
from talkoot.chat.messages.quoted import quoted_in

LONGEST = 300  # characters of what was said
_HIDDEN = "(spoiler)"


class _Post(msgspec.Struct):
    state: str
    title: str


_post_in = msgspec.json.Decoder(_Post).decode


def in_words(text: str, post: str | None, quote: str | None, attachments: str | None) -> str | None:
    """The beginning of what is said, from the columns of a message; None for a post that was taken back."""
    line = _line(text)
    if post is not None:
        shown = _post_in(post)
        return _shortened(f"{_line(shown.title)}: {line}") if shown.state == "published" else None
    if line:
        return _shortened(line)
    if quote is not None:
        return _forwarded(quote)
    return "(a file)" if attachments is not None else "(a message)"


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


def _forwarded(quote: str) -> str:
    quoted = quoted_in(quote)
    if quoted.gone:
        return "(a message that was deleted)"
    cut = len(quoted.text) >= QUOTED  # then the end of what it hides may not be there
    line = _line(f"{quoted.text}||" if cut else quoted.text)
    if not line and quoted.files:
        return "(a file)"
    return _shortened(f"(forwarded) {line}") if line else "(a message)"


def _line(text: str) -> str:
    return " ".join(without_spoilers(text).split())


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"
