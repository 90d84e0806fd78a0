"""Files that messages carry: taken in with the send, and gone with the message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from talkoot.chat.access.grants import versions_of
from talkoot.chat.files.actions.carrying import carry, drop_files_of, files_to_send
from talkoot.chat.files.models import HELD, INFECTED, SENT, WITHHELD, File
from talkoot.chat.files.views import attachment
from talkoot.chat.messages.actions.commands import Held, Send
from talkoot.chat.messages.events import OwnChanged
from talkoot.chat.messages.models import HeldMessage, HeldState, Message
from talkoot.kernel import log
from talkoot.kernel.errors import Invalid, TalkootError

if TYPE_CHECKING:
    from talkoot.chat.files.events import FileRefused, PicturePrepared
    from talkoot.kernel.log import Event
    from talkoot.kernel.transactions import Tx

Shapes = Mapping[UUID, dict[str, Any]]
"""What a message shows of each file."""


async def take_files(
    tx: Tx, sends: Mapping[int, Send], *, approved: bool = False
) -> tuple[Shapes, dict[int, TalkootError]]:
    """The files that these sends carry, and who is refused: each is one's own, for this room, and new.

    Nor can one be sent in which a virus was found; what was `approved` since shows its name.
    """
    wanted = [file for send in sends.values() for file in send.attachments]
    if not wanted:
        return {}, {}
    found = await files_to_send(tx, wanted)
    refused: dict[int, TalkootError] = {}
    taken: set[UUID] = set()
    for number, send in sends.items():
        twice = len({*send.attachments}) < len(send.attachments)
        if twice or any(_is_not_for(found.get(file), send) or file in taken for file in send.attachments):
            refused[number] = Invalid.field(
                "attachments", "unknown", "A file is one's own, uploaded for this room, and sent once"
            )
        elif not approved and (withheld := _withheld(found[file] for file in send.attachments)):
            refused[number] = withheld
        else:
            taken.update(send.attachments)
    return {file: attachment(found[file]) for file in taken}, refused


def _withheld(files: Iterable[File]) -> TalkootError | None:
    """Why these can not be sent: a file among them that nobody gets."""
    for file in files:
        if file.scan in WITHHELD:
            why = "a virus was found in it" if file.scan == INFECTED else "nobody can look for viruses in it"
            return Invalid.field("attachments", str(file.scan), f"Send it without {file.name}: {why}")
    return None


async def tell_refused(tx: Tx, refused: FileRefused) -> None:
    """Who uploaded it is told on all devices, wherever the file was by then."""
    where = {"file": refused.file, "room": refused.room, "message": refused.message}
    told: dict[str, object] = {**where, "name": refused.name, "why": refused.why}
    await tx.emit(OwnChanged(refused.owner, "file.refused", told))


def _is_not_for(file: File | None, send: Send) -> bool:
    return file is None or file.owner_id != send.actor.user or file.room_id != send.room


async def carry_with(tx: Tx, sent: Sequence[tuple[Send, Event | Held]]) -> None:
    """The files of what was appended, or is held, are in these messages from now on."""
    carried: dict[str, list[tuple[UUID, UUID]]] = {HELD: [], SENT: []}
    for send, outcome in sent:
        state = HELD if isinstance(outcome, Held) else SENT
        carried[state] += [(file, outcome.id) for file in send.attachments]
    for state, pairs in carried.items():
        if pairs:
            await carry(tx, pairs, state)


def shown_of(send: Send, shapes: Shapes) -> list[dict[str, Any]]:
    """What the message shows of its files, in their order."""
    return [shapes[file] for file in send.attachments]


def stored_of(send: Send, shapes: Shapes) -> str | None:
    """The same for the row; nothing for a message without files."""
    return msgspec.json.encode(shown_of(send, shapes)).decode() if send.attachments else None


async def drop_decided(tx: Tx) -> None:
    """No file is left of what was held, and never came through."""
    found = await tx.connection.scalars(
        select(HeldMessage.id)
        .where(HeldMessage.state != HeldState.WAITING, HeldMessage.id == File.message_id, File.state == HELD)
        .distinct()
    )
    if decided := found.all():
        await drop_files_of(tx, decided)


async def show_picture(tx: Tx, prepared: PicturePrepared) -> None:
    """The message shows what is known of its picture now, and its log tells."""
    version = (await versions_of(tx, [prepared.workspace]))[prepared.workspace]
    await log.lock(tx, [prepared.room])
    message = await tx.session.get(Message, prepared.message, populate_existing=True)
    if message is None or message.attachments is None:
        return
    before = msgspec.json.decode(message.attachments)
    shown = [prepared.shown if each["id"] == prepared.shown["id"] else each for each in before]
    if shown == before:
        return
    message.attachments = msgspec.json.encode(shown).decode()
    entry = log.Entry(
        log=prepared.room,
        type="attachments.updated",
        body={"message": message.id, "attachments": shown},
        subject=message.id,
        fence=version,
        scope=prepared.workspace,
    )
    await log.append(tx, [entry])
