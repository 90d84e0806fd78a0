"""What the letters say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from talkoot.chat.digests.unsubscribing import token_for
from talkoot.chat.mail.letters import Letter, Part, Quote, Unsubscribe
from talkoot.chat.notifications.models import REACTION

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.chat.digests.queues import Waiting
    from talkoot.chat.digests.unsubscribing import Kind
    from talkoot.chat.telling.pieces import Piece
    from talkoot.kernel.secrets import Secrets
    from talkoot.settings import Settings

SHOWN = 40  # messages of one letter; of more it says how many
_UNREAD = "You have not read them, and get no letter about what you read before it is written."


def digest(settings: Settings, secrets: Secrets, user: User, address: str, pieces: Sequence[Piece]) -> Letter:
    """What somebody was told of and has not read, room by room."""
    shown = pieces[:SHOWN]
    parts: dict[tuple[object, str], list[Quote]] = {}
    for piece in shown:
        title = f"{piece.room_name or f'Direct messages with {piece.who}'}, {piece.workspace}"
        quote = Quote(piece.who, piece.text, settings.public_url + piece.path)
        parts.setdefault((piece.room, title), []).append(quote)
    count = "A message" if len(pieces) == 1 else f"{len(pieces)} messages"
    said = [f"Hello {user.display_name},", f"{_waits(count, len(pieces))} for you."]
    if len(pieces) > SHOWN:
        said.append(f"These are the first {SHOWN} of them.")
    return Letter(
        to=address,
        subject=_subject(pieces),
        said=tuple(said),
        parts=tuple(Part(title, tuple(quotes)) for (_, title), quotes in parts.items()),
        small=(_UNREAD,),
        unsubscribe=_unsubscribe(settings, secrets, user, "messages"),
    )


def queues(
    settings: Settings, secrets: Secrets, user: User, address: str, waiting: Sequence[Waiting]
) -> Letter:
    """What waits for somebody as a moderator: how much of it, and where."""
    lines = [f"{each.workspace}: {_counted(each)}." for each in waiting]
    return Letter(
        to=address,
        subject="Something waits for moderators",
        said=(f"Hello {user.display_name},", "This waits for you as a moderator:", *lines),
        link=settings.public_url,
        button="Open the chat",
        unsubscribe=_unsubscribe(settings, secrets, user, "moderation"),
    )


def _subject(pieces: Sequence[Piece]) -> str:
    did = "reacted to what you wrote" if all(each.kind == REACTION for each in pieces) else "wrote to you"
    people = list(dict.fromkeys(piece.who for piece in pieces))
    if len(people) == 1:
        return f"{people[0]} {did}"
    return f"{people[0]} and others {did}"


def _waits(count: str, number: int) -> str:
    return f"{count} waits" if number == 1 else f"{count} wait"


def _counted(waiting: Waiting) -> str:
    held = f"{waiting.held} held message{'' if waiting.held == 1 else 's'}"
    cases = f"{waiting.reported} report{'' if waiting.reported == 1 else 's'}"
    return " and ".join(text for text, number in ((held, waiting.held), (cases, waiting.reported)) if number)


def _unsubscribe(settings: Settings, secrets: Secrets, user: User, kind: Kind) -> Unsubscribe:
    token = token_for(secrets, user.id, kind)
    home = settings.public_url
    return Unsubscribe(f"{home}/unsubscribe#{token}", f"{home}/api/v1/letters/unsubscribe/{token}")
