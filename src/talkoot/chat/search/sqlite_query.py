"""What is wanted, in the language of FTS5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.search.documents import of_room

if TYPE_CHECKING:
    from talkoot.chat.search.language import Term
    from talkoot.chat.search.resolved import ResolvedQuery

FEW = 4  # rooms: a list of their messages is then a shorter way than looking at the room of each match


def expression(wanted: ResolvedQuery) -> str:
    """The MATCH expression; empty where only the time and the rooms are asked for."""
    needed = [*map(_phrase, wanted.terms), *map(_quoted, wanted.marks)]
    if needed and len(wanted.rooms) <= FEW:
        needed.append(_any([_quoted(of_room(room)) for room in sorted(wanted.rooms)]))
    denied = [*map(_phrase, wanted.denied), *map(_quoted, wanted.denied_marks)]
    if not needed:
        return ""
    together = " AND ".join(needed)
    return f"({together}) NOT {_any(denied)}" if denied else together


def _phrase(term: Term) -> str:
    if term.forms:
        return _any([_quoted(form) for form in sorted(term.forms)])
    return _quoted(" ".join(term.tokens)) + (" *" if term.prefix else "")


def _any(parts: list[str]) -> str:
    return f"({' OR '.join(parts)})"


def _quoted(text: str) -> str:
    return f'"{text}"'  # there is no quote in a token
