"""The poll of a message as it is shown, and what a vote or its end makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class PollOption(msgspec.Struct, frozen=True):
    """What one can vote for, and how many did: the documented `PollOptionOut`."""

    text: str
    votes: int = 0


class Polled(msgspec.Struct, frozen=True):
    """A poll: the documented `PollShown`. Moments are texts of one length, which compare as moments do."""

    question: str
    options: tuple[PollOption, ...]
    multiple: bool = False
    anonymous: bool = False
    closes_at: str | None = None
    closed_at: str | None = None
    voters: int = 0

    def words(self) -> str:
        """All that it says, line by line."""
        return "\n".join([self.question, *(option.text for option in self.options)])

    def standing(self, votes: Sequence[int], voters: int, closed_at: str | None) -> Polled:
        """The same with other numbers."""
        options = tuple(
            PollOption(option.text, count) for option, count in zip(self.options, votes, strict=True)
        )
        return msgspec.structs.replace(self, options=options, voters=voters, closed_at=closed_at)

    def told(self) -> dict[str, Any]:
        """What events say of how it stands."""
        votes = [option.votes for option in self.options]
        return {"votes": votes, "voters": self.voters, "closed_at": self.closed_at}


_decode = msgspec.json.Decoder(Polled).decode


def poll_in(stored: msgspec.Raw | str) -> Polled:
    """What stands with a message."""
    return _decode(stored)


def as_stored(poll: Polled) -> str:
    """For the row."""
    return msgspec.json.encode(poll).decode()


def with_news(shown: msgspec.Raw, body: dict[str, Any]) -> bytes:
    """The poll after an event that says how it stands."""
    return msgspec.json.encode(poll_in(shown).standing(body["votes"], body["voters"], body["closed_at"]))
