"""Channels, private channels and direct messages as rooms, with those who are in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.permissions import DIRECT_ROOM, PRIVATE_ROOM, ROOM_MAKER, ROOM_MEMBER, Permission
from talkoot.chat.rooms.models import Room, direct_key
from talkoot.chat.rooms.schemas import DIRECT_USERS
from talkoot.kernel.ids import new_id
from talkoot.kernel.values import Value
from talkoot.moving.slack.derived import BEFORE_SLACK, derived_id, is_of_slack
from talkoot.moving.slack.shapes import Channel, decoded
from talkoot.moving.storing import store

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx
    from talkoot.moving.slack.people import People
    from talkoot.moving.slack.place import Place
    from talkoot.moving.slack.source import Source
    from talkoot.moving.storing import Row

_LISTS = {"channels.json": "public", "groups.json": "private", "mpims.json": "direct", "dms.json": "direct"}
_NAME, _TOPIC = 80, 500  # characters


class Bring(Value, frozen=True):
    """A channel, the room it becomes, and those who are in it."""

    channel: Channel
    room: UUID
    members: Sequence[UUID]

    @property
    def folder(self) -> str:
        """Where its messages stand: by its name, or by its id where it has none."""
        return self.channel.name or self.channel.id


class Rooms:
    """The rooms of Slack's channels."""

    def __init__(self, place: Place, people: People) -> None:
        self._place = place
        self._people = people
        self.names: dict[str, str] = {}

    async def bring(self, source: Source) -> list[Bring]:
        """Make the rooms that are not there; all of them."""
        found = []
        report = self._place.feedback.report
        for name, kind in _LISTS.items():
            for number, data in enumerate(source.elements(name) if name in source.sizes else ()):
                where = f"{name}#{number}"
                channel = decoded(data, Channel, report, "channel", where)
                if channel is not None:
                    self.names[channel.id] = channel.name
                    found.append(await self._add(channel, kind, where))
        return found

    async def _add(self, channel: Channel, kind: str, where: str) -> Bring:
        people = [await self._people.known(member, None, where) for member in channel.members]
        members = [*dict.fromkeys(people)]
        creator = self._place.owner
        if channel.creator:
            creator = await self._people.known(channel.creator, None, where)
        created = channel.created * 1_000_000
        known = is_of_slack(created, self._place.now)
        if not known and created:
            self._place.feedback.report.leave_out("room", "no_time", where)
        room: dict[str, Any] = {
            "id": derived_id(self._place.workspace, created if known else BEFORE_SLACK, "room", channel.id),
            "workspace_id": self._place.workspace,
            "category_id": None,
            "kind": kind,
            "name": "" if kind == "direct" else _line(channel.name, _NAME) or channel.id,
            "topic": _line(channel.topic.value or channel.purpose.value, _TOPIC) if kind != "direct" else "",
            "default": False,
            "created_by": creator,
            "created_at": created if known else self._place.now,
        }
        archived = self._place.now if channel.is_archived else None
        await self._place.do(partial(self._open, room=room, members=members, archived=archived, where=where))
        self._place.feedback.report.done["room"] += 1
        return Bring(channel, room["id"], members)

    async def _open(
        self, tx: Tx, room: dict[str, Any], members: Sequence[UUID], archived: int | None, where: str
    ) -> None:
        if await tx.session.get(Room, room["id"]) is None:
            await self._name(tx, room, members, where)
            rows: list[Row] = [
                ("resource", _node(room, archived)),
                *(("entry", entry) for entry in _entries(room)),
                ("room", room),
                ("log", {"id": room["id"], "epoch": new_id(), "head": 0, "count": 0, "last_ts": 0}),
            ]
            await store(tx, self._place.workspace, rows)
        joined = [
            (
                "membership",
                {"resource_id": room["id"], "user_id": member, "role_id": None, "joined_at": tx.now},
            )
            for member in members
        ]
        await store(tx, self._place.workspace, joined)

    async def _name(self, tx: Tx, room: dict[str, Any], members: Sequence[UUID], where: str) -> None:
        """Find a name that is free; a direct room that is there already can not take older messages."""
        workspace = self._place.workspace
        if room["kind"] == "direct":
            room["unique_key"] = direct_key(workspace, members)
            if len(members) <= DIRECT_USERS and not await _taken(tx, room["unique_key"]):
                return
            room["kind"], room["name"] = "private", "direct"
            self._place.feedback.report.leave_out("room", "direct_room_is_there_or_too_large", where)
        wanted, number = room["name"], 1
        while await _taken(tx, key := _key_of(workspace, room["name"])):
            ending = "-slack" if number == 1 else f"-slack-{number}"
            room["name"], number = wanted[: _NAME - len(ending)] + ending, number + 1
        room["unique_key"] = key
        if room["name"] != wanted:
            self._place.feedback.report.leave_out("name", "taken", f"{where}: {room['name']} instead")


async def _taken(tx: Tx, key: str) -> bool:
    return await tx.connection.scalar(select(Room.id).where(Room.unique_key == key)) is not None


def _key_of(workspace: UUID, name: str) -> str:
    return f"name:{workspace.hex}:{unicodedata.normalize('NFKC', name).casefold()}"


def _node(room: dict[str, Any], archived: int | None) -> dict[str, Any]:
    workspace = room["workspace_id"]
    return {
        "id": room["id"],
        "workspace_id": workspace,
        "parent_id": workspace,
        "kind": "room",
        "archived_at": archived,
        "attentive": room["kind"] == "direct",
    }


def _entries(room: dict[str, Any]) -> list[dict[str, Any]]:
    own = (True, "user", room["created_by"], ROOM_MAKER)
    members = (True, "members", None, ROOM_MEMBER)
    if room["kind"] == "public":
        given = [own, members]
    elif room["kind"] == "private":
        inviting = (True, "members", None, ROOM_MEMBER | {Permission.ROOM_INVITE})
        given = [own, inviting, (False, "everyone", None, PRIVATE_ROOM)]
    else:
        given = [members, (False, "everyone", None, DIRECT_ROOM)]
    return [
        {
            "id": new_id(),
            "resource_id": room["id"],
            "position": position,
            "allow": allow,
            "principal": principal,
            "principal_id": whom,
            "permissions": _written(permissions),
        }
        for position, (allow, principal, whom, permissions) in enumerate(given)
    ]


def _written(permissions: Iterable[Permission]) -> str:
    return " ".join(sorted(permissions))


def _line(text: str, longest: int) -> str:
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(shown.split())[:longest].strip()
