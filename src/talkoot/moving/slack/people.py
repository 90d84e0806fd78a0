"""Who is who: accounts that are here, by their confirmed addresses, and new ones that are closed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.models import Role
from talkoot.chat.accounts.models import User
from talkoot.moving.people import settle
from talkoot.moving.slack.derived import BEFORE_SLACK, derived_id
from talkoot.moving.slack.shapes import Person, Profile, decoded
from talkoot.moving.storing import store

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx
    from talkoot.moving.slack.place import Place
    from talkoot.moving.slack.source import Source

_LISTS = ("users.json", "org_users.json")


class People:
    """The accounts of Slack's ids; those that are only met in messages are made when they are met."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.ids: dict[str, UUID] = {}
        self.names: dict[str, str] = {}

    async def bring(self, source: Source) -> None:
        """All whom the export lists."""
        for name in _LISTS:
            for number, data in enumerate(source.elements(name) if name in source.sizes else ()):
                where = f"{name}#{number}"
                person = decoded(data, Person, self._place.feedback.report, "person", where)
                if person is not None and person.id not in self.ids:
                    await self._add(person, where)

    async def known(self, person: str, profile: Profile | None, where: str) -> UUID:
        """Somebody who wrote; who is in no list, of another workspace perhaps, gets an account too."""
        if person not in self.ids:
            shown = profile or Profile()
            name = shown.name or shown.display_name or shown.real_name or person
            await self._add(Person(person, name=name, profile=shown), where)
        return self.ids[person]

    async def program(self, bot: str, name: str, where: str) -> UUID:
        """A program that wrote."""
        key = f"bot {bot}"
        if key not in self.ids:
            await self._add(Person(key, name=name, real_name=name, is_bot=True), where)
        return self.ids[key]

    async def _add(self, person: Person, where: str) -> None:
        profile = person.profile
        shown = profile.display_name or profile.real_name or person.real_name or person.name or person.id
        row: dict[str, Any] = {
            "id": derived_id(self._place.workspace, BEFORE_SLACK, "user", person.id),
            "username": person.name or person.id,
            "display_name": shown,
            "email": None if person.is_bot else profile.email,
            "email_verified_at": None,
            "time_zone": None,
            "bot": person.is_bot or person.id == "USLACKBOT",
            "deactivated_at": self._place.now,
            "created_at": BEFORE_SLACK,
        }
        role = "guest" if person.is_restricted or person.is_ultra_restricted else "member"
        named = (row["id"], row["username"])
        settled = await self._place.do(partial(self._settle, row=row, role=role, where=where))
        self.ids[person.id], self.names[person.id] = settled or named

    async def _settle(self, tx: Tx, row: dict[str, Any], role: str, where: str) -> tuple[UUID, str]:
        workspace = self._place.workspace
        here = await settle(tx, workspace, row, self._place.feedback.report, where)
        found = await tx.session.get_one(User, here)
        given = await tx.connection.scalar(
            select(Role.id).where(Role.workspace_id == workspace, Role.name == role)
        )
        joined = {"resource_id": workspace, "user_id": here, "role_id": given, "joined_at": tx.now}
        await store(tx, workspace, [("membership", joined)])
        return here, found.username
