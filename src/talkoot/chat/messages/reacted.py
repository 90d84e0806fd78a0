"""The reactions of a message as they are shown, and what one more or less makes of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

NONE = b"[]"
SHOWN = 20  # people of each emoji that are named; all are counted


class Reacted(msgspec.Struct, frozen=True):
    """How many reacted with an emoji, and the first of them: the documented `ReactionOut`."""

    emoji: str
    count: int
    users: tuple[UUID, ...]


_decode = msgspec.json.Decoder(tuple[Reacted, ...]).decode


def reactions_in(shown: msgspec.Raw | str | None) -> dict[str, Reacted]:
    """The reactions by their emoji, in the order in which these came."""
    return {each.emoji: each for each in _decode(shown)} if shown else {}


def with_reaction(shown: msgspec.Raw | str | None, body: dict[str, Any]) -> bytes:
    """The reactions after an event that says how one emoji stands now; the last emoji to come is the last."""
    reactions = reactions_in(shown)
    now = msgspec.convert({name: body[name] for name in Reacted.__struct_fields__}, Reacted)
    if now.count:
        reactions[now.emoji] = now
    else:
        reactions.pop(now.emoji, None)
    return msgspec.json.encode([*reactions.values()])
