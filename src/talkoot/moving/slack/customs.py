"""A workspace's own emoji: pictures and other names, which become emoji of the workspace here."""

from __future__ import annotations

import asyncio
import re
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from talkoot.chat.emoji.actions import MOST
from talkoot.chat.emoji.models import Emoji
from talkoot.chat.emoji.schemas import NAME
from talkoot.chat.files.pictures import draw_emoji
from talkoot.moving.slack.derived import BEFORE_SLACK, derived_id
from talkoot.moving.slack.emoji import emoji_named
from talkoot.moving.slack.fetching import NotFetched
from talkoot.moving.storing import store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from talkoot.kernel.transactions import Tx
    from talkoot.moving.slack.place import Place
    from talkoot.moving.slack.source import Source

LIST = "emoji.json"
_PICTURE = 524_288  # bytes, as of one that somebody adds
_ALIAS = "alias:"
_DEEPEST = 10  # names behind names


async def bring_customs(place: Place, source: Source) -> dict[str, str]:
    """Bring them; what a reaction with each is here, by the names there."""
    customs = _Customs(place, _told(place, source))
    await customs.bring()
    return customs.stored


def _told(place: Place, source: Source) -> Mapping[str, str]:
    """The addresses of pictures, and `alias:name`, by their names."""
    if LIST not in source.sizes:
        return {}
    try:
        told = msgspec.json.decode(source.whole(LIST), type=dict[str, Any])
        return msgspec.convert(told.get("emoji", told), type=dict[str, str])
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeDecodeError):
        place.feedback.report.leave_out("list", "not_readable", LIST)
        return {}


class _Customs:
    """What the export tells of emoji, and what came of it."""

    def __init__(self, place: Place, told: Mapping[str, str]) -> None:
        self._place = place
        self.told = told
        self.stored: dict[str, str] = {}
        self._ids: dict[str, UUID] = {}
        self._animated: dict[str, bool] = {}

    async def bring(self) -> None:
        """Pictures first: the other names are for what is there by then."""
        await self._look()
        for name, target in sorted(self.told.items(), key=lambda each: each[1].startswith(_ALIAS)):
            if name in self.stored:
                continue
            if emoji_named(name) is not None:
                self._leave_out("the_built_in_one_keeps_its_name", name)
            elif not re.fullmatch(NAME, name):
                self._leave_out("name_not_allowed", name)
            elif target.startswith(_ALIAS):
                await self._alias(name)
            else:
                await self._picture(name, target)

    async def _look(self) -> None:
        here = select(Emoji.name, Emoji.alias_of, Emoji.id, Emoji.animated).where(
            Emoji.workspace_id == self._place.workspace
        )
        async with self._place.uow.read() as read:
            for name, alias_of, id_, animated in await read.connection.execute(here):
                if emoji_named(name) is None:
                    self._know(name, alias_of or id_, animated=animated)

    def _know(self, name: str, picture: UUID, *, animated: bool) -> None:
        self._ids[name], self._animated[name], self.stored[name] = picture, animated, f":{name}:"

    async def _alias(self, name: str) -> None:
        original = name
        for _ in range(_DEEPEST):
            if not self.told.get(original, "").startswith(_ALIAS):
                break
            original = self.told[original].removeprefix(_ALIAS)
        built_in = emoji_named(original)
        if built_in is not None:
            self.stored[name] = built_in  # reactions with it are those of the original
            self._leave_out("another_name_of_a_built_in_one", name)
        elif original not in self._ids:
            self._leave_out("its_original_is_not_there", name)
        else:
            animated = self._animated[original]
            await self._add(name, {"alias_of": self._ids[original], "picture": None, "animated": animated})

    async def _picture(self, name: str, url: str) -> None:
        if self._place.dry and self._place.fetching is not None:
            await self._add(name, {"alias_of": None, "picture": b"", "animated": False})
            return
        try:
            drawn = await draw_emoji(await self._content(name, url))
        except NotFetched as error:
            self._leave_out(error.why, ": ".join(part for part in (name, error.told) if part))
            return
        if drawn is None:
            self._leave_out("not_a_picture", name)
            return
        await self._add(name, {"alias_of": None, "picture": drawn.content, "animated": drawn.animated})

    async def _content(self, name: str, url: str) -> bytes:
        """From the folder `emoji` beside the files, or fetched."""
        beside = self._place.files / "emoji" if self._place.files is not None else None
        found = await asyncio.to_thread(_pictures_in, beside, name) if beside is not None else []
        if found:
            return await asyncio.to_thread(found[0].read_bytes)
        if self._place.fetching is None:
            raise NotFetched("not_there")
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "picture"
            await self._place.fetching.picture(url, copy, _PICTURE)
            return await asyncio.to_thread(copy.read_bytes)

    async def _add(self, name: str, what: Mapping[str, Any]) -> None:
        if len(self._ids) >= MOST:
            self._leave_out("too_many", name)
            return
        place = self._place
        row = {
            "id": derived_id(place.workspace, BEFORE_SLACK, "emoji", name),
            "workspace_id": place.workspace,
            "name": name,
            "user_id": place.owner,
            "created_at": place.now,
            **what,
        }
        await place.do(partial(_store, place=place, row=row))
        self._know(name, what["alias_of"] or row["id"], animated=what["animated"])
        place.feedback.report.done["emoji"] += 1

    def _leave_out(self, why: str, where: str) -> None:
        self._place.feedback.report.leave_out("emoji", why, where[:200])


def _pictures_in(folder: Path, name: str) -> list[Path]:
    if not folder.is_dir() or folder.is_symlink():
        return []
    found = [path for path in sorted(folder.iterdir()) if path.stem == name]
    return [
        path for path in found if path.is_file() and not path.is_symlink() and path.stat().st_size <= _PICTURE
    ]


async def _store(tx: Tx, place: Place, row: dict[str, Any]) -> None:
    await store(tx, place.workspace, [("emoji", row)])
