"""What of a workspace somebody may take along: what they may read, and of what is personal their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from talkoot.chat.files.models import LOOSE, SENT, WAITING
from talkoot.chat.files.serving import may_tell
from talkoot.chat.posts.models import PUBLISHED

if TYPE_CHECKING:
    from uuid import UUID

_PERSONAL = frozenset({"read_position", "thread_follow", "saved_message", "draft", "notification_level"})
_FOR_MODERATORS = frozenset({"held_message", "sanction"})


class Share:
    """Decides of each row, to be asked for all of them in their order."""

    def __init__(self, user: UUID, rooms: Collection[UUID], *, only_clean: bool) -> None:
        self.user = user
        self._only_clean = only_clean
        self.rooms = rooms
        self._hidden: set[UUID] = set()  # nodes of the tree
        self._posts: set[UUID] = set()

    def keeps(self, kind: str, row: Mapping[str, Any]) -> bool:
        """Whether it is theirs to have."""
        if kind in _FOR_MODERATORS:
            return False
        if kind in _PERSONAL and row["user_id"] != self.user:
            return False
        return self._is_seen(kind, row) and self._is_public(kind, row)

    def has_content(self, file: Mapping[str, Any]) -> bool:
        """Whether what a file holds is handed out to them, and not to its owner alone or to nobody."""
        if file["scan"] is not None:
            return False
        if file["owner_id"] == self.user:
            return True
        unfit = self._only_clean and may_tell(file["picture"], file["type"])
        return not unfit and file["picture"] != WAITING

    def _is_seen(self, kind: str, row: Mapping[str, Any]) -> bool:
        """Whether it is about no room, or one that they may read."""
        if kind == "resource":
            if row["parent_id"] in self._hidden or (row["kind"] == "room" and row["id"] not in self.rooms):
                self._hidden.add(row["id"])
            return row["id"] not in self._hidden
        room = row["id"] if kind in {"room", "log"} else row.get("room_id", row.get("log"))
        return (room is None or room in self.rooms) and row.get("resource_id") not in self._hidden

    def _is_public(self, kind: str, row: Mapping[str, Any]) -> bool:
        """Whether a file is in a message, or in their draft, and a post is read by others, or their own."""
        if kind == "file":
            return bool(row["state"] == SENT or (row["state"] == LOOSE and row["owner_id"] == self.user))
        if kind == "post" and (row["state"] == PUBLISHED or row["author_id"] == self.user):
            self._posts.add(row["id"])
        its = row["id"] if kind == "post" else row.get("post_id")
        return its is None or its in self._posts
