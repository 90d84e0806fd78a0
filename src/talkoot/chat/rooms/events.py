"""What rooms tell the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class MembersJoined:
    """These users are members of the room from here on."""

    room: UUID
    users: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """This user is no member of the room any more, by this version of the workspace's access rules."""

    room: UUID
    user: UUID
    workspace: UUID
    version: int


@dataclass(frozen=True, slots=True)
class PostsRoomMade:
    """There is a new room of posts, with this name; told inside the transaction."""

    room: UUID
    name: str
