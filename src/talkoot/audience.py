"""Everybody who is told something by this node: held back when access changes, and looked at again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from talkoot.chat.access.events import AccessChanged
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.presence.acquaintance import Acquaintance
    from talkoot.chat.rooms.heads import RoomHeads
    from talkoot.chat.rooms.live import LiveRooms
    from talkoot.realtime.connection import Connection

Look = Callable[[], Awaitable[None]]


class Audience(Value, frozen=True):
    """Who follows rooms, who is told their heads, and who is told of whose presence."""

    live: LiveRooms
    heads: RoomHeads
    acquaintance: Acquaintance
    connections: Collection[Connection]

    def hold_back(self, change: AccessChanged) -> Iterator[Look]:
        """From now on nothing reaches those whom the change may concern; how each goes on."""
        if change.kind == "thread":  # whoever reads its room reads it, whatever its entries say
            return
        if held := self.live.hold_back(change):
            yield partial(self.live.look_again, held)
        if unsure := self.heads.hold_back(change):
            yield partial(self.heads.watch, unsure)
        if parted := self.acquaintance.hold_back(change):
            yield partial(self.acquaintance.look_again, parted)

    def hold_all_back(self, workspace: UUID) -> Iterator[Look]:
        """The same for everybody who may be told something of a workspace."""
        change = AccessChanged(workspace, 0, workspace, "workspace", frozenset())
        yield from self.hold_back(change)
        users = frozenset(c.identity.user for c in self.connections if c.identity is not None)
        if users and (parted := self.acquaintance.hold_back(replace(change, users=users))):
            yield partial(self.acquaintance.look_again, parted)
