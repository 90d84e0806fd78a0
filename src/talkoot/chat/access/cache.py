"""What this process remembers of who may do what, forgotten exactly when a change to it was committed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cachetools import LRUCache

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from talkoot.chat.access.events import AccessChanged
    from talkoot.chat.access.permissions import Permission

REMEMBERED = 200_000  # grants; some 300 bytes each


@dataclass(frozen=True, slots=True)
class Grants:
    """What one user may do on one resource, as of a version of the workspace's access rules (or later)."""

    user: UUID
    resource: UUID
    kind: str
    workspace: UUID
    version: int
    member: bool
    permissions: frozenset[Permission]


class AccessCache:
    """Grants by resource and user. A change raises a floor: what is older than its floor does not count."""

    def __init__(self) -> None:
        self._grants: LRUCache[tuple[UUID, UUID], Grants] = LRUCache(REMEMBERED)
        self._floors: dict[tuple[UUID, UUID | None], int] = {}
        self._applied: dict[UUID, int] = {}
        self._workspaces: LRUCache[UUID, UUID] = LRUCache(REMEMBERED)
        self._doubts = 0

    @property
    def workspaces(self) -> list[UUID]:
        """Those of which something is known."""
        return [*self._applied]

    def doubt(self) -> None:
        """A change may have been committed that nobody told of: nothing holds before `trust` is called."""
        self._doubts += 1

    def trust(self) -> None:
        """What was committed when the doubt began is known by now: `catch_up_all` was told."""
        self._doubts -= 1

    def get(self, resource: UUID, user: UUID) -> Grants | None:
        """What is remembered and still holds."""
        grants = self._grants.get((resource, user))
        return grants if grants is not None and self.holds(grants) else None

    def workspace_of(self, resource: UUID) -> UUID | None:
        """The workspace that a resource lies in, which never changes."""
        return self._workspaces.get(resource)

    def put(self, grants: Grants) -> None:
        """Remember; what was read before a change that is known by now is not taken."""
        self.begin(grants.workspace, grants.version)
        self._workspaces[grants.resource] = grants.workspace
        if self.holds(grants):
            self._grants[grants.resource, grants.user] = grants

    def renew(self, grants: Grants, version: int) -> Grants:
        """The same as of a later version, up to which all changes have been applied here."""
        if grants.version != version:
            grants = replace(grants, version=version)
            self._grants[grants.resource, grants.user] = grants
        return grants

    def begin(self, workspace: UUID, version: int) -> None:
        """The first that is known of a workspace is as of this version; from here on changes are applied."""
        self._applied.setdefault(workspace, version)

    def up_to_date(self, workspace: UUID, version: int) -> bool:
        """Whether all changes up to this version have been applied here."""
        return not self._doubts and self._applied.get(workspace) == version

    def apply(self, change: AccessChanged) -> None:
        """A change was committed: forget what it touched, or the whole workspace if one was missed."""
        workspace, version = change.workspace, change.version
        known = self._applied.get(workspace)
        if known is not None and version > known + 1:
            self._raise_floor(workspace, None, version)
        scope = change.resource if change.kind == "room" else workspace
        for user in change.users or (None,):
            self._raise_floor(scope, user, version)
        self._applied[workspace] = max(version, known or 0)

    def catch_up(self, workspace: UUID, version: int) -> None:
        """The rules are at this version by now: if that is news, believe nothing older in the workspace."""
        if version > self._applied.get(workspace, -1):
            self._raise_floor(workspace, None, version)
            self._applied[workspace] = version

    def catch_up_all(self, versions: Mapping[UUID, int]) -> None:
        """The same for many workspaces."""
        for workspace, version in versions.items():
            self.catch_up(workspace, version)

    def _raise_floor(self, scope: UUID, user: UUID | None, version: int) -> None:
        self._floors[scope, user] = max(version, self._floors.get((scope, user), 0))

    def rules_hold(self, workspace: UUID, resource: UUID, version: int) -> bool:
        """Whether no change that is known by now, but to who belongs where, came after this version."""
        floor = self._floors.get
        return version >= floor((workspace, None), 0) and version >= floor((resource, None), 0)

    def holds(self, grants: Grants) -> bool:
        """Whether no change that is known by now came after them."""
        if self._doubts:
            return False
        version, workspace, resource, user = grants.version, grants.workspace, grants.resource, grants.user
        if version >= self._applied.get(workspace, 0):
            return True
        floor = self._floors.get
        return (
            version >= floor((workspace, None), 0)
            and version >= floor((workspace, user), 0)
            and version >= floor((resource, None), 0)
            and version >= floor((resource, user), 0)
        )
