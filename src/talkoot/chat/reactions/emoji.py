"""Which texts are one emoji, and the one way in which each is written."""

from __future__ import annotations

import re
from functools import cache

from talkoot.chat.emoji.schemas import NAME
from talkoot.kernel.errors import Invalid

_NAMED = re.compile(rf":{NAME}:")
_LONGEST = 40  # characters; the longest emoji there is has less than half of them
_AS_PICTURE = "\ufe0f"  # says that a character is meant as a picture; keyboards leave it out, or add it


def one_emoji(text: str) -> str:
    """The emoji as Unicode recommends to write it, or `:name:` of one of a workspace's own, as it is.

    Invalid if the text is not exactly one of those.
    """
    if _NAMED.fullmatch(text):
        return text
    if len(text) <= _LONGEST and (found := _recommended().get(text.replace(_AS_PICTURE, ""))):
        return found
    raise Invalid.field("emoji", "not_an_emoji", "Give exactly one emoji of Unicode, or one of the workspace")


@cache
def _recommended() -> dict[str, str]:
    """Every emoji by itself without the marks that are often left out."""
    from emoji import EMOJI_DATA, STATUS  # 10 MiB that a server without reactions does not need

    whole = STATUS["fully_qualified"]
    return {
        each.replace(_AS_PICTURE, ""): each for each, about in EMOJI_DATA.items() if about["status"] == whole
    }
