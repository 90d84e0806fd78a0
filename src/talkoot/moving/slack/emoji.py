"""Emoji by the names that Slack gives them."""

from __future__ import annotations

from functools import cache

from talkoot.chat.reactions.emoji import one_emoji
from talkoot.kernel.errors import Invalid

_TONES = {f"skin-tone-{number}": chr(0x1F3FB + number - 2) for number in range(2, 7)}
_OTHER_NAMES = {"simple_smile": "slightly_smiling_face", "thumbsup_all": "+1", "shrug": "person_shrugging"}


@cache
def emoji_named(name: str) -> str | None:
    """The emoji of `wave` or `wave::skin-tone-3`, as it is stored; None for one of a workspace's own."""
    plain, _, tone = name.strip(":").partition("::")
    from emoji import emojize  # 10 MiB that nothing else of a command needs

    plain = _OTHER_NAMES.get(plain, plain)
    names = (plain, plain.replace("-", "_"), plain.removeprefix("flag-"))
    tried = (emojize(f":{each}:", language="alias") for each in names)
    found = next((each for each in tried if not each.startswith(":")), None)
    if found is None:
        return None
    toned = found.replace("\ufe0f", "")
    toned = toned[0] + _TONES.get(tone, "") + toned[1:]
    for candidate in (toned, found):
        try:
            return one_emoji(candidate)
        except Invalid:
            continue
    return None
