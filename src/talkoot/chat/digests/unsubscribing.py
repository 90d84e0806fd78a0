"""Links that end letters of one kind, signed out too, and can do nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast
from uuid import UUID

from talkoot.kernel.errors import NotFound

if TYPE_CHECKING:
    from talkoot.kernel.secrets import Secrets

Kind = Literal["messages", "moderation"]
KINDS: tuple[Kind, ...] = ("messages", "moderation")
_PURPOSE = "unsubscribe"


def token_for(secrets: Secrets, user: UUID, kind: Kind) -> str:
    """What the link of a letter has; it holds until the secret key is changed."""
    return secrets.token(_PURPOSE, user.hex, kind)


def read_token(secrets: Secrets, token: str) -> tuple[UUID, Kind]:
    """Whose letters of which kind it ends; NotFound if it is none of ours."""
    parts = secrets.read_token(_PURPOSE, token)
    if parts is None:
        raise NotFound("This link does not hold any more: the settings end letters too")
    user, kind = parts
    return UUID(user), cast("Kind", kind)
