"""What a line may be about: the workspace of its archive, and nothing else that is here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.models import Resource
from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import Message
from talkoot.chat.posts.models import Post
from talkoot.chat.rooms.models import Room
from talkoot.moving.errors import MovingError
from talkoot.moving.sections import EVENT

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx
    from talkoot.moving.storing import Row

_OF_RESOURCES = {"category": "id", "room": "id", "log": "id", "event": "log"}


class Bounds:
    """Knows the nodes of the tree that an archive brings."""

    def __init__(self, workspace: UUID) -> None:
        self._workspace = workspace
        self._nodes = {workspace}
        self._posts: set[UUID] = set()

    def require(self, kind: str, row: dict[str, Any]) -> None:
        """MovingError for a row that is about anything else."""
        if kind == "resource":
            self._nodes.add(row["id"])
        if kind == "post":
            self._posts.add(row["id"])
        its = row["id"] if kind == "workspace" else row.get("workspace_id", self._workspace)
        node = row[_OF_RESOURCES[kind]] if kind in _OF_RESOURCES else row.get("room_id", self._workspace)
        if (
            its != self._workspace
            or node not in self._nodes
            or row.get("resource_id", node) not in self._nodes
        ):
            raise MovingError(f"A line of the kind {kind!r} is about something outside of its workspace.")
        if row.get("post_id", node) not in {node, *self._posts}:
            raise MovingError(f"A line of the kind {kind!r} is about a post that the archive does not bring.")

    async def require_here(self, tx: Tx, rows: Sequence[Row]) -> None:
        """The same of what only the tables tell."""
        nodes = [row["id"] for kind, row in rows if kind == "resource"]
        await self._none(tx, select(Resource.id).where(Resource.id.in_(nodes), self._elsewhere()), nodes)
        named = [
            row[name] for _, row in rows for name in ("message_id", "thread_id", "quoted_id") if row.get(name)
        ]
        room = select(Room.id).where(Room.workspace_id == self._workspace)
        await self._none(
            tx, select(Message.id).where(Message.id.in_(named), Message.room_id.not_in(room)), named
        )
        posts = [row["id"] for kind, row in rows if kind == "post"]
        await self._none(tx, select(Post.id).where(Post.id.in_(posts), Post.room_id.not_in(room)), posts)
        bots = [row["user_id"] for kind, row in rows if kind == "bot"]
        await self._none(tx, select(User.id).where(User.id.in_(bots), User.bot.is_(False)), bots)

    async def require_in_room(self, tx: Tx, room: UUID, rows: Sequence[Row]) -> None:
        """The same of a stretch of a room: what it names is in this room."""
        own = {row["id"] for kind, row in rows if kind == "message"}
        if any(row.get("room_id", room) != room or row.get("log", room) != room for _, row in rows) or any(
            row.get("message_id", row.get("id")) not in own for kind, row in rows if kind != EVENT.kind
        ):
            raise MovingError("A line is about a message of another room.")
        roots = [row["thread_id"] for kind, row in rows if kind == "message" and row["thread_id"]]
        named = [*{*own, *roots}]
        elsewhere = select(Message.id).where(Message.id.in_(named), Message.room_id != room)
        await self._none(tx, elsewhere, named)

    def _elsewhere(self) -> Any:
        return Resource.workspace_id != self._workspace

    async def _none(self, tx: Tx, query: Any, asked: Collection[Any]) -> None:
        if asked and (await tx.connection.execute(query.limit(1))).first() is not None:
            raise MovingError("The archive names something that belongs to another workspace here.")
