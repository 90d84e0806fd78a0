"""What this process remembers of who may do what, forgotten exactly when a change to it was committed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cachetools import LRUCache

if TYPE_CHECKING:
    from uuid import UUID

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

    def get(self, resource: UUID, user: UUID) -> Grants | None:
        """What is remembered and still holds."""
        grants = self._grants.get((resource, user))
        return grants if grants is not None and self.holds(grants) else None

    def workspace_of(self, resource: UUID) -> UUID | None:
        """The workspace that a resource lies in, which never changes."""
        return self._workspaces.get(resource)

    def put(self, grants: Grants) -> None:
        """Remember; what was read before a change that is known by now is not taken."""
        self._applied.setdefault(grants.workspace, grants.version)
        self._workspaces[grants.resource] = grants.workspace
        if self.holds(grants):
            self._grants[grants.resource, grants.user] = grants

    def up_to_date(self, workspace: UUID, version: int) -> bool:
        """Whether all changes up to this version have been applied here."""
        return self._applied.get(workspace) == version

    def apply(self, workspace: UUID, version: int, users: frozenset[UUID]) -> None:
        """A change was committed: forget these users' grants in the workspace, or everybody's."""
        self._applied[workspace] = max(version, self._applied.get(workspace, 0))
        for user in users or (None,):
            self._floors[workspace, user] = version

    def holds(self, grants: Grants) -> bool:
        """Whether no change that is known by now came after them."""
        floors = self._floors
        return grants.version >= floors.get((grants.workspace, None), 0) and grants.version >= floors.get(
            (grants.workspace, grants.user), 0
        )
