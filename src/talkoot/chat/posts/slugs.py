"""From titles to names in addresses, in any script, and from texts to their beginnings."""

from __future__ import annotations

import re
import unicodedata

from talkoot.chat.messages.spoilers import without_spoilers

LENGTH = 80
_PART = frozenset("LMN")  # letters, what belongs to them, and numbers
_RULE = " |:-="  # of a line that only divides, in a table for one
_MARKS = re.compile(r"[*_~`#>|\\]+")
_LINKS = re.compile(r"\]\([^()\s]{0,2000}\)")
_LOOKED_AT, _SHOWN = 1200, 240  # characters


def slug_of(title: str) -> str:
    """The letters and numbers of a title, small and with hyphens between them; `post` if it has none."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    plain = "".join(c if unicodedata.category(c)[0] in _PART else " " for c in folded)
    return unicodedata.normalize("NFC", "-".join(plain.split()))[:LENGTH].strip("-") or "post"


def with_end(slug: str, end: str) -> str:
    """The same name with something behind it that tells it from others."""
    return f"{slug[: LENGTH - len(end) - 1].rstrip('-')}-{end}"


def tag_key(tag: str) -> str:
    """By what a tag is found: `Python` and `python` are one."""
    return unicodedata.normalize("NFKC", tag).casefold()


def beginning_of(text: str) -> str:
    """The first words of a text without its Markdown, in time that grows with what is looked at only."""
    # What is hidden may end behind what is looked at.
    looked = text if len(text) <= _LOOKED_AT else f"{text[:_LOOKED_AT]}||"
    said = "\n".join(line for line in without_spoilers(looked).splitlines() if line.strip(_RULE))
    plain = _MARKS.sub("", _LINKS.sub("", said).replace("![", "").replace("[", ""))
    words = " ".join(plain.split())
    if len(words) <= _SHOWN:
        return words
    return words[:_SHOWN].rpartition(" ")[0] + " …" if " " in words[:_SHOWN] else words[:_SHOWN] + "…"
