"""Which pages a text links to: in time that grows with its length, whatever is in it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MOST = 3  # links of one message that are looked at
_LONGEST = 2000  # characters of a link
_LINK = re.compile(r"(?<![\w<])https?://[^\s<>\"'`|\\\[\]{}^]{1,4000}", re.IGNORECASE)
_AFTER = ".,;:!?*_~"


def links_in(text: str) -> list[str]:
    """The first links of a text; none of what stands in code, in a spoiler, or between `<` and `>`."""
    found: dict[str, None] = {}
    for each in _LINK.finditer(_without(text)):
        url = _trimmed(each.group())
        if len(url) <= _LONGEST and _leads_somewhere(url):
            found[url] = None
            if len(found) == MOST:
                break
    return [*found]


def _without(text: str) -> str:
    """The text without what is code or hidden; one pass each, and none where the marks are missing."""
    if "`" in text:
        text = _without_code(text)
    if "||" in text:
        parts = text.split("||")
        shown = parts[::2] if len(parts) % 2 else [*parts[:-1:2], parts[-1]]
        text = " ".join(shown)
    return text


def _without_code(text: str) -> str:
    """What is not between two equal runs of backticks."""
    runs = list(re.finditer("`+", text))
    ends: dict[int, list[int]] = {}
    for number in reversed(range(len(runs))):
        ends.setdefault(len(runs[number].group()), []).append(number)
    kept, at, number = [], 0, 0
    while number < len(runs):
        run = runs[number]
        waiting = ends[len(run.group())]
        while waiting and waiting[-1] <= number:
            waiting.pop()
        if not waiting:
            number += 1
            continue
        kept.append(text[at : run.start()])
        at, number = runs[waiting[-1]].end(), waiting[-1] + 1
    return " ".join([*kept, text[at:]])


def _trimmed(link: str) -> str:
    """Without what belongs to the sentence around it, as in `(see https://example.org/a_(b))` and a stop."""
    surplus, end = link.count(")") - link.count("("), len(link)
    while end and (link[end - 1] in _AFTER or (link[end - 1] == ")" and surplus > 0)):
        end -= 1
        surplus -= link[end] == ")"
    return link[:end]


def _leads_somewhere(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and "." in str(parts.hostname) and parts.port != 0
    except ValueError:
        return False
