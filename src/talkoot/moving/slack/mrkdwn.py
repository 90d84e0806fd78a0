"""Slack's way of writing text, turned into Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from talkoot.kernel.values import Value
from talkoot.moving.slack.emoji import emoji_named

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_TOKEN = re.compile(r"<([^<>\n]+)>")
_BOLD = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])")
_STRUCK = re.compile(r"(?<![\w~])~(?=[^\s~])([^~\n]*[^\s~])~(?![\w~])")
_EMOJI = re.compile(r":([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):(?::(skin-tone-[2-6]):)?")
_KEPT = re.compile("\x01([0-9]+)\x01")
_EVERYBODY = {"here": "@here", "channel": "@room", "everyone": "@room"}
_LINKS = ("http://", "https://", "mailto:")


class Names(Value, frozen=True):
    """How people and channels are called here, by their ids there; None for who is not known."""

    person: Callable[[str], str | None]
    room: Callable[[str], str | None]


def markdown(text: str, names: Names) -> str:
    """The text as it is written here; what is code stays as it is."""
    plain = text.replace("\0", "").replace("\x01", "")
    parts = _CODE.split(plain)
    return "".join(
        _code(part, names) if number % 2 else _prose(part, names) for number, part in enumerate(parts)
    )


def _prose(text: str, names: Names) -> str:
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(_meant(found[1], names))
        return f"\x01{len(kept) - 1}\x01"

    text = _TOKEN.sub(keep, text)
    text = _STRUCK.sub(r"~~\1~~", _BOLD.sub(r"**\1**", text))
    text = html.unescape(_EMOJI.sub(_pictured, text).replace("\u2022 ", "- "))
    return _KEPT.sub(lambda found: kept[int(found[1])], text)


def _code(text: str, names: Names) -> str:
    def plain(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        return label or target if target.startswith(_LINKS) else _meant(found[1], names)

    return html.unescape(_TOKEN.sub(plain, text))


def _meant(inside: str, names: Names) -> str:
    target, _, label = inside.partition("|")
    label = html.unescape(label)
    if target.startswith("@"):
        return f"@{names.person(target[1:]) or label or target[1:]}"
    if target.startswith("#"):
        return f"#{names.room(target[1:]) or label or target[1:]}"
    if target.startswith("!"):
        return _EVERYBODY.get(target[1:], label or f"@{target[1:].partition('^')[0]}")
    target = html.unescape(target)
    if not target.startswith(_LINKS):
        return label or target
    if not label or label in {target, target.removeprefix("mailto:")}:
        return target.removeprefix("mailto:")
    safe = target.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{label.replace('[', '(').replace(']', ')')}]({safe})"


def _pictured(found: re.Match[str]) -> str:
    tone = f"::{found[2]}" if found[2] else ""
    return emoji_named(found[1] + tone) or found[0]
