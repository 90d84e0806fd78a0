"""Messages that are posts: who may send one, and what becomes of it in the room's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import update

from talkoot.chat.access.permissions import Permission
from talkoot.chat.files.actions.carrying import carry, release
from talkoot.chat.files.models import HELD, SENT, File
from talkoot.chat.files.queries import carried_by
from talkoot.chat.files.views import attachment
from talkoot.chat.messages.actions.mention import as_stored, keep_names, mentions_in, name_again
from talkoot.chat.messages.actions.quote import empty_quotes_soon
from talkoot.chat.messages.events import PostComing
from talkoot.chat.messages.mentioned import Mentioned
from talkoot.chat.messages.models import Message
from talkoot.kernel import log
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import Forbidden, Invalid, TalkootError
from talkoot.kernel.ids import new_id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.messages.actions.commands import Send
    from talkoot.kernel.transactions import Tx

_TOLD = ("message.created", "message.updated")


class Publication(Value, frozen=True):
    """A post as its message is to say and show it; `held` is what holds its files until then."""

    room: UUID
    author: UUID
    text: str
    shown: dict[str, Any]
    held: UUID


def refusal_of_post(send: Send, grants: Grants) -> TalkootError | None:
    """Why what answers nothing can not be sent here: in rooms of posts, and only there, it has a title."""
    if send.title is None and not grants.posts:
        return None
    if not grants.posts:
        return Invalid.field("title", "no_posts", "This room takes messages without a title")
    if send.title is None:
        return Invalid.field("title", "missing", "This room takes posts, with a title, and answers to them")
    if Permission.POSTS_WRITE not in grants.permissions:
        return Forbidden(f"You do not have the permission {Permission.POSTS_WRITE} here")
    return None


async def shape_posts(
    tx: Tx, sends: Sequence[tuple[Send, Grants]], entries: Sequence[log.Entry]
) -> Mapping[UUID, str]:
    """Let the posts among these be known to who keeps them; what their messages show, by their ids."""
    shown = {}
    for (send, _), entry in zip(sends, entries, strict=False):
        if send.title is not None:
            coming = PostComing(entry.id, send.room, send.actor.user, send.title, send.text)
            await tx.emit(coming)
            entry.body = {**entry.body, "post": coming.shown}
            shown[entry.id] = msgspec.json.encode(coming.shown).decode()
    return shown


async def publish_message(tx: Tx, grants: Grants, post: Publication) -> Message:
    """Append a post that is in no log yet; whoever calls this may publish it."""
    await log.lock(tx, [post.room])
    id_, files = new_id(), await _bring(tx, post.held)
    shapes = [attachment(file) for file in files]
    body: dict[str, Any] = {"text": post.text, "thread": None, "post": post.shown}
    if mentions := await mentions_in(tx, post.text, grants):
        body["mentions"] = mentions
    entry = log.Entry(
        log=post.room,
        type="message.created",
        body=body | ({"attachments": shapes} if shapes else {}),
        sender=post.author,
        countable=True,
        fence=grants.version,
        scope=grants.workspace,
        id=id_,
        subject=id_,
    )
    (event,) = await log.append(tx, [entry])
    message = Message(
        id=id_,
        room_id=post.room,
        seq=event.seq,
        sender_id=post.author,
        text=post.text,
        ts=event.ts,
        reply_count=0,
        attachments=msgspec.json.encode(shapes).decode() if shapes else None,
        mentions=as_stored(mentions),
        post=msgspec.json.encode(post.shown).decode(),
    )
    tx.session.add(message)
    if files:
        await carry(tx, [(file.id, id_) for file in files], SENT)
    await tx.flush()
    await keep_names(tx, {id_: mentions}, [(event, None, grants)])
    return message


async def change_message(tx: Tx, grants: Grants, message: Message, post: Publication) -> None:
    """Have the message of a post say and show this from now on; its room's log is locked."""
    if fresh := await _bring(tx, post.held):
        await carry(tx, [(file.id, message.id) for file in fresh], SENT)
    await _tell(tx, grants, message, post)


async def show_message(tx: Tx, grants: Grants, message: Message, post: Publication) -> None:
    """Have the message of a post show it as it is now; what it says, and whom that names, stays."""
    names = msgspec.json.decode(message.mentions, type=list[Mentioned]) if message.mentions else []
    await _append(tx, grants, message, post, names)
    await tx.flush()


async def hide_message(tx: Tx, grants: Grants, message: Message, post: Publication) -> None:
    """Take what a post says out of its room and its log, until it is published again; answers stay."""
    await tx.connection.execute(
        update(File).where(File.message_id == message.id).values(message_id=post.held, state=HELD)
    )
    await empty_quotes_soon(tx, [message.id])
    body: dict[str, Any] = {"message": message.id, "text": "", "thread": None, "edited_at": rfc3339(tx.now)}
    body |= {"post": post.shown, "attachments": []}
    await log.redact(tx, message.room_id, [(message.seq, message.id, body)], types=_TOLD)
    await _tell(tx, grants, message, post)


async def _bring(tx: Tx, held: UUID) -> Sequence[File]:
    """The files that were kept for a post, to be in its message."""
    files = await carried_by(tx, [held])
    await release(tx, held)
    return files


async def _tell(tx: Tx, grants: Grants, message: Message, post: Publication) -> None:
    mentions = await mentions_in(tx, post.text, grants)
    event = await _append(tx, grants, message, post, mentions)
    if mentions or message.mentions is not None:
        await name_again(tx, event, message, mentions, grants)
    await tx.flush()


async def _append(
    tx: Tx, grants: Grants, message: Message, post: Publication, mentions: Sequence[Mentioned]
) -> log.Event:
    shapes = [attachment(file) for file in await carried_by(tx, [message.id])]
    message.text, message.edited_at = post.text, tx.now
    message.post = msgspec.json.encode(post.shown).decode()
    message.attachments = msgspec.json.encode(shapes).decode() if shapes else None
    body = {"message": message.id, "text": post.text, "edited_at": rfc3339(tx.now)}
    body |= {"post": post.shown, "attachments": shapes} | ({"mentions": mentions} if mentions else {})
    entry = log.Entry(
        log=message.room_id,
        type="message.updated",
        body=body,
        sender=grants.user,
        subject=message.id,
        fence=grants.version,
        scope=grants.workspace,
    )
    (event,) = await log.append(tx, [entry])
    return event
