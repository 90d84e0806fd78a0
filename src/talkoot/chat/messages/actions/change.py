"""Editing and deleting: the log keeps what happened, but not what was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import msgspec
from msgspec.structs import replace

from talkoot.chat.access.operations import DELETE_MESSAGE, EDIT_MESSAGE
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.actions.commands import Edit, Held, Sent
from talkoot.chat.messages.actions.erase import DELETED, Erasing, erase
from talkoot.chat.messages.actions.held_edits import hold_edit, is_outdated, take_back_edit
from talkoot.chat.messages.actions.mention import mentions_in, name_again
from talkoot.chat.messages.events import LinksChanged
from talkoot.chat.messages.words import MARK_OF_LINKS
from talkoot.kernel import log
from talkoot.kernel.audit import Act, record
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.models import HeldMessage, Message
    from talkoot.kernel.transactions import Tx


_UPDATED = "message.updated"


class Change(Protocol):
    """What is asked to be done with a message, once for each cid."""

    @property
    def message(self) -> UUID:
        """With which."""
        ...

    @property
    def cid(self) -> UUID | None:
        """What makes a retry recognisable."""
        ...

    def digest(self) -> bytes:
        """16 bytes over what was asked."""
        ...


async def edit_message(tx: Tx, actor: Actor, edit: Edit) -> Sent | Held:
    """Replace the text of one's own message, or keep the new one until a moderator has looked at it.

    Conflict if the cid was used for something else.
    """
    message, grants = await message_for(tx, actor, EDIT_MESSAGE, edit.message)
    await hold(tx, message)
    if edit.cid is not None and (before := await done_before(tx, actor, edit, _UPDATED)) is not None:
        return before
    _refuse_what_is_no_text(message)
    if (held := await hold_edit(tx, grants, message, edit)) is not None:
        return held
    await take_back_edit(tx, message.id)
    return Sent(await _replace_text(tx, grants, message, edit), dup=False)


async def edit_approved(tx: Tx, author: Actor, edit: Edit, rejected: HeldMessage | None = None) -> log.Event:
    """Replace the text as a moderator let it through; refused if its author could not do it now.

    It may have been `rejected` first: Conflict if its author has wanted something newer since.
    """
    message, grants = await message_for(tx, author, EDIT_MESSAGE, edit.message)
    await hold(tx, message)
    _refuse_what_is_no_text(message)
    if rejected is not None and await is_outdated(tx, rejected, message):
        raise Conflict("Its author has changed the message since", code="edited_since")
    if edit.cid is not None and await log.events_with_cids(tx, [(author.user, edit.cid)]):
        edit = replace(edit, cid=None)  # its author has used it for something else since
    return await _replace_text(tx, grants, message, edit)


def _refuse_what_is_no_text(message: Message) -> None:
    if message.deleted_at is not None:
        raise NotFound("This message was deleted")
    if message.post is not None:
        raise Conflict("This is a post: change it by its own address, with its title", code="is_post")


async def _replace_text(tx: Tx, grants: Grants, message: Message, edit: Edit) -> log.Event:
    mentions = await mentions_in(tx, edit.text, grants)
    message.text, message.edited_at = edit.text, tx.now
    body = {"message": message.id, "text": edit.text, "edited_at": rfc3339(tx.now)}
    entry = log.Entry(
        log=message.room_id,
        type=_UPDATED,
        body=body | {"mentions": mentions} if mentions else body,
        sender=message.sender_id,
        cid=edit.cid,
        digest=edit.digest() if edit.cid else None,
        subject=message.id,
        fence=grants.version,
        scope=grants.workspace,
    )
    (event,) = await log.append(tx, [entry])
    if mentions or message.mentions is not None:
        await name_again(tx, event, message, mentions, grants)
    if MARK_OF_LINKS in edit.text or message.previews is not None:
        await tx.emit(LinksChanged(message.id))
    return event


async def delete_message(tx: Tx, actor: Actor, message_id: UUID) -> Sent:
    """Leave an empty tombstone, in the log too; whoever deletes again is told where that stands."""
    message, grants = await message_for(tx, actor, DELETE_MESSAGE, message_id)
    await hold(tx, message)
    if (before := await log.event_about(tx, message.room_id, message.id, DELETED)) is not None:
        return Sent(before, dup=True)
    if message.sender_id != actor.user:
        whose = {"sender": message.sender_id, "seq": message.seq}
        await record(tx, actor, Act("message.deleted", grants.workspace, message.id, message.room_id, whose))
    erasing = Erasing(grants.workspace, message.room_id, actor.user, grants.version)
    return Sent((await erase(tx, [message], erasing))[0], dup=False)


async def hold(tx: Tx, message: Message) -> None:
    """The message as it is now that nobody else can change anything in its room."""
    await log.lock(tx, [message.room_id])
    await tx.session.refresh(message)


async def done_before(tx: Tx, actor: Actor, change: Change, type_: str) -> Sent | None:
    """What came of a change that was asked for with its cid before. Conflict if that was something else."""
    assert change.cid is not None
    key = (actor.user, change.cid)
    earlier = await log.events_with_cids(tx, [key])
    if key not in earlier:
        return None
    event, digest = earlier[key]
    another = event.type != type_ or msgspec.json.decode(event.body)["message"] != str(change.message)
    if another or (digest is not None and digest != change.digest()):
        raise Conflict("This cid was used before, for something else")
    return Sent(event, dup=True)
