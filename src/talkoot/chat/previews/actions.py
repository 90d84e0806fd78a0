"""What messages show of the pages they link to: looked up by a job, told by an event, and taken away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert

from talkoot.chat.access.grants import versions_of
from talkoot.chat.access.operations import REMOVE_PREVIEW
from talkoot.chat.files.actions.adopting import adopt
from talkoot.chat.files.actions.carrying import drop_files
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.actions.change import hold
from talkoot.chat.messages.models import Message
from talkoot.chat.previews.models import RemovedPreview
from talkoot.chat.previews.queries import LinkedMessage, previews_in
from talkoot.kernel import jobs, log
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.files.findings import Kept
    from talkoot.chat.messages.events import LinksChanged, PreviewedErased
    from talkoot.chat.previews.pages import Facts
    from talkoot.kernel.transactions import Tx

LOOK = "previews.look"
_ATTEMPTS = 3


class Seen(Value, frozen=True):
    """A page that was looked at, and its picture."""

    url: str
    facts: Facts
    picture: Kept | None


async def look_soon(tx: Tx, changed: LinksChanged) -> None:
    """Have the links of a message looked at after this commit."""
    message = str(changed.message)
    await jobs.enqueue(tx, LOOK, {"message": message}, dedupe=message, max_attempts=_ATTEMPTS)


async def show_previews(tx: Tx, wanted: LinkedMessage, seen: Sequence[Seen]) -> None:
    """The message shows these from now on, and its log tells; nothing if it says something else by now."""
    version = (await versions_of(tx, [wanted.workspace]))[wanted.workspace]
    await log.lock(tx, [wanted.room])
    message = await tx.session.get(Message, wanted.message, populate_existing=True)
    fetched = [each.picture.file for each in seen if each.picture is not None]
    if message is None or message.deleted_at is not None or message.text != wanted.text:
        if fetched:
            await drop_files(tx, fetched)
        return
    found = {each.url: await _preview(tx, each, message.id) for each in seen}
    known = {each["url"]: each for each in previews_in(message)}
    previews = [known.get(url) or found.get(url) for url in wanted.links]
    await _show(tx, message, [each for each in previews if each is not None], wanted.workspace, version)


async def remove_preview(tx: Tx, actor: Actor, message_id: UUID, preview_id: UUID) -> None:
    """Take a preview away, for good: the author of the message, or a moderator."""
    message, grants = await message_for(tx, actor, REMOVE_PREVIEW, message_id)
    await hold(tx, message)
    shown = previews_in(message)
    gone = next((each for each in shown if each["id"] == str(preview_id)), None)
    if gone is None:
        raise NotFound("This message has no such preview")
    if message.sender_id != actor.user:
        whose = {"sender": message.sender_id, "seq": message.seq}
        act = Act("preview.removed", grants.workspace, message.id, message.room_id, whose)
        await record(tx, actor, act)
    await tx.connection.execute(insert(RemovedPreview).values(message_id=message.id, url=gone["url"]))
    left = [each for each in shown if each is not gone]
    await _show(tx, message, left, grants.workspace, grants.version)


async def forget_removed(tx: Tx, erased: PreviewedErased) -> None:
    """With a message it is forgotten which previews it was not to have."""
    await tx.connection.execute(delete(RemovedPreview).where(RemovedPreview.message_id.in_(erased.messages)))


async def _preview(tx: Tx, seen: Seen, message: UUID) -> dict[str, Any]:
    file = await adopt(tx, seen.picture, message) if seen.picture is not None else None
    image = (
        {"id": str(file.id), "width": file.width, "height": file.height, "blur": file.blur} if file else None
    )
    return {
        "id": str(new_id()),
        "url": seen.url,
        "title": seen.facts.title,
        "description": seen.facts.description,
        "site": seen.facts.site,
        "image": image,
    }


async def _show(
    tx: Tx, message: Message, previews: list[dict[str, Any]], workspace: UUID, version: int
) -> None:
    """Write and tell what is shown from now on; pictures of what is not shown any more are deleted."""
    before = previews_in(message)
    if before == previews:
        return
    if dropped := _pictures(before) - _pictures(previews):
        await drop_files(tx, dropped)
    message.previews = msgspec.json.encode(previews).decode()
    entry = log.Entry(
        log=message.room_id,
        type="previews.updated",
        body={"message": message.id, "previews": previews},
        subject=message.id,
        fence=version,
        scope=workspace,
    )
    await log.append(tx, [entry])
    await tx.flush()


def _pictures(previews: Collection[dict[str, Any]]) -> set[UUID]:
    return {UUID(each["image"]["id"]) for each in previews if each["image"] is not None}
