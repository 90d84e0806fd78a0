"""What this process remembers of who may do what, forgotten exactly when a change to it was committed.

Every message asks here, so dicts have the numbers of ids as keys: to hash or to compare a UUID is a call in
Python, and an int is neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec.structs import replace

from talkoot.kernel.clock import SystemClock
from talkoot.kernel.recent import Recent
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from talkoot.chat.access.events import AccessChanged
    from talkoot.chat.access.permissions import Permission

_CLOCK = SystemClock()
REMEMBERED = 200_000  # grants; some 300 bytes each
FLOORS = 5_000  # in one workspace; then they become one floor for all of it


class Grants(Value, frozen=True):
    """What one user may do on one resource, as of a version of the workspace's access rules (or later)."""

    user: UUID
    resource: UUID
    kind: str
    workspace: UUID
    version: int
    member: bool
    permissions: frozenset[Permission]
    moderated: bool = False
    posts: bool = False
    """It takes posts, and answers to them."""
    attentive: bool = False
    """Somebody may want to know of a message here that does not name them."""
    open: bool = False
    """They are not in the workspace, and may read what everyone may; nothing of it is in `permissions`."""
    until: int | None = None
    """When a sanction ends, and with it what is said here; microseconds since the epoch."""
    room: UUID | None = None
    """Of a thread: the room that it hangs in, whose changes concern it too."""


class AccessCache:
    """Grants by resource and user. A change raises a floor: what is older than its floor does not count.

    Of each workspace it is known up to which version all changes were applied here, without a gap; 0 where
    nothing is known. What is found to be ahead of that is told to `on_news`.
    """

    def __init__(self) -> None:
        self._grants: Recent[tuple[int, int], Grants] = Recent(REMEMBERED)
        self._floors: dict[int, dict[tuple[UUID, UUID | None], int]] = {}
        self._applied: dict[int, int] = {}
        self._newest: dict[int, int] = {}
        self._workspaces: Recent[int, UUID] = Recent(REMEMBERED)
        self._seen: set[int] = set()
        self._doubts = 0
        self.public = False
        """Whether those who are not in a workspace may read what its entries let everyone read."""
        self.on_news: Callable[[UUID, int], None] = self.jump

    @property
    def workspaces(self) -> list[UUID]:
        """Those of which something was read."""
        return [UUID(int=number) for number in self._seen]

    def doubt(self) -> None:
        """A change may have been committed that nobody told of: nothing holds before `trust` is called."""
        self._doubts += 1

    def trust(self) -> None:
        """What was committed when the doubt began is known by now: `jump` was told."""
        self._doubts -= 1

    def get(self, resource: UUID, user: UUID) -> Grants | None:
        """What is remembered and still holds."""
        grants = self._grants.get((resource.int, user.int))
        return grants if grants is not None and self.holds(grants) else None

    def workspace_of(self, resource: UUID) -> UUID | None:
        """The workspace that a resource lies in, which never changes."""
        return self._workspaces.get(resource.int)

    def put(self, grants: Grants) -> None:
        """Remember; what was read before a change that is known by now is not taken."""
        self.notice(grants.workspace, grants.version)
        self._workspaces[grants.resource.int] = grants.workspace
        if self.holds(grants):
            self._grants[grants.resource.int, grants.user.int] = grants

    def renew(self, grants: Grants, version: int) -> Grants:
        """The same as of a later version, up to which all changes have been applied here."""
        if grants.version != version:
            grants = replace(grants, version=version)
            self._grants[grants.resource.int, grants.user.int] = grants
        return grants

    def applied(self, workspace: UUID) -> int:
        """Up to which version all changes have been applied here."""
        return self._applied.get(workspace.int, 0)

    def up_to_date(self, workspace: UUID, version: int) -> bool:
        """Whether all changes up to this version, and none after it, have been applied here."""
        return not self._doubts and self._applied.get(workspace.int) == version

    def change(self, change: AccessChanged) -> None:
        """A change was committed: forget what it touched. `reach` tells when none before it is missing."""
        scope = change.resource if change.kind in {"room", "thread"} else change.workspace
        for user in change.users or (None,):
            self._raise_floor(change.workspace, scope, user, change.version)

    def reach(self, workspace: UUID, version: int) -> None:
        """All changes up to this version have been applied here."""
        self._applied[workspace.int] = max(version, self.applied(workspace))

    def jump(self, workspace: UUID, version: int) -> None:
        """The rules are at this version by now: if that is news, believe nothing older in the workspace."""
        if version > self._applied.get(workspace.int, -1):
            self._raise_floor(workspace, workspace, None, version)
            self._applied[workspace.int] = version

    def step_back(self, workspace: UUID, version: int) -> None:
        """The rules are at this earlier version: the versions behind it will be given to other changes."""
        self._grants.clear()
        self._floors.pop(workspace.int, None)
        self._newest.pop(workspace.int, None)
        self._applied[workspace.int] = version

    def disbelieve(self, workspace: UUID, version: int) -> None:
        """Changes behind this version were told of that never were; at 0 there is no such workspace."""
        if self._newest.get(workspace.int, 0) > version:
            del self._floors[workspace.int], self._newest[workspace.int]
            if version:
                self._raise_floor(workspace, workspace, None, version)

    def notice(self, workspace: UUID, version: int) -> None:
        """The rules were seen at this version."""
        self._seen.add(workspace.int)
        if version > self._applied.get(workspace.int, -1):
            self.on_news(workspace, version)

    def notice_all(self, versions: Mapping[UUID, int]) -> None:
        """The same for many workspaces."""
        for workspace, version in versions.items():
            self.notice(workspace, version)

    def _raise_floor(self, workspace: UUID, scope: UUID, user: UUID | None, version: int) -> None:
        floors = self._floors.setdefault(workspace.int, {})
        floors[scope, user] = max(version, floors.get((scope, user), 0))
        newest = self._newest[workspace.int] = max(version, self._newest.get(workspace.int, 0))
        if len(floors) > FLOORS:
            self._floors[workspace.int] = {(workspace, None): newest}

    def rules_hold(self, workspace: UUID, nodes: Iterable[UUID], version: int) -> bool:
        """Whether no change that is known by now, but to who belongs where, came after this version.

        `nodes` are those on the way from a resource up to its workspace.
        """
        floor = self._floors.get(workspace.int, {}).get
        return all(version >= floor((node, None), 0) for node in nodes)

    def holds(self, grants: Grants) -> bool:
        """Whether no change that is known by now came after them."""
        if self._doubts or (grants.until is not None and grants.until <= _CLOCK.now()):
            return False
        version, workspace, resource, user = grants.version, grants.workspace, grants.resource, grants.user
        if version >= self._newest.get(workspace.int, 0):
            return True
        floor = self._floors.get(workspace.int, {}).get
        return (
            version >= floor((workspace, None), 0)
            and version >= floor((workspace, user), 0)
            and version >= floor((resource, None), 0)
            and version >= floor((resource, user), 0)
            and (
                grants.room is None
                or (version >= floor((grants.room, None), 0) and version >= floor((grants.room, user), 0))
            )
        )
