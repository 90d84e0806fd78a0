"""What rooms tell the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


class MembersJoined(Value, frozen=True):
    """These users are members of the room from here on."""

    room: UUID
    users: Sequence[UUID]


class MemberLeft(Value, frozen=True):
    """This user is no member of the room any more, by this version of the workspace's access rules.

    `with_workspace`: nor of any other in it.
    """

    room: UUID
    user: UUID
    workspace: UUID
    version: int
    with_workspace: bool = False


class PostsRoomMade(Value, frozen=True):
    """There is a new room of posts, with this name; told inside the transaction."""

    room: UUID
    name: str
