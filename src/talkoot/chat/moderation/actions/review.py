"""Deciding on messages that are held: the moderator who comes first decides, and it counts once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import APPROVE_HELD, REJECT_HELD, WITHDRAW_HELD, Operation
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.files.actions.carrying import release
from talkoot.chat.messages.actions.attach import drop_decided
from talkoot.chat.messages.actions.change import edit_approved
from talkoot.chat.messages.actions.commands import Edit, Send
from talkoot.chat.messages.actions.held_edits import held_still
from talkoot.chat.messages.actions.quote import was_edited_since
from talkoot.chat.messages.actions.screen import count_passed
from talkoot.chat.messages.actions.send import send_approved
from talkoot.chat.messages.models import HeldMessage, HeldState
from talkoot.chat.messages.polled import poll_in
from talkoot.chat.moderation.events import Reviewed
from talkoot.kernel.audit import Act, record
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import Conflict, Forbidden, NotFound, TalkootError

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.messages.polled import Polled
    from talkoot.kernel.transactions import Tx


async def approve(tx: Tx, actor: Actor, room: UUID, held_id: UUID, text: str | None = None) -> HeldMessage:
    """Let a message into its room, where it comes after what is there; who approves again is told the same.

    Conflict if it was decided otherwise, or if its author could not send it any more.
    """
    grants, held = await _held_in(tx, actor, APPROVE_HELD, room, held_id)
    if held.state == HeldState.APPROVED:
        return held
    _still_waiting(held)
    await let_through(tx, actor, grants, held, text)
    return held


async def let_through(
    tx: Tx, actor: Actor, grants: Grants, held: HeldMessage, text: str | None = None
) -> None:
    """Send a held message in its author's name; whoever calls this may do so. Conflict as for `approve`."""
    author = await user_with_id(tx, held.sender_id)
    if author.deactivated_at is not None:
        raise Conflict("The author has no account any more", code="author_may_not_post")
    asked, files = held.text, await release(tx, held.id)
    if not (
        asked or files or held.quote_id
    ):  # it was older than its room keeps messages, since it was rejected, or what it edits was deleted
        raise Conflict("What it said is not kept any more", code="not_kept")
    said = asked if text is None else text
    own = Actor(author.id, author.username, NO_SESSION, author.bot)
    try:
        message = await _come_true(tx, own, held, said, files)
    except (Forbidden, NotFound) as refusal:
        raise _too_late(refusal) from refusal
    # The message has the text now, and is what may be deleted: a second one would outlive it here.
    held.message_id, held.state, held.text, held.poll = message, HeldState.APPROVED, "", None
    await _decided(tx, actor, grants, held)
    if said != asked:
        act = Act("held.edited", grants.workspace, author.id, held.room_id, after={"held": held.id})
        await record(tx, actor, act)


async def _come_true(tx: Tx, own: Actor, held: HeldMessage, said: str, files: Sequence[UUID]) -> UUID:
    """Send it, or edit what it edits, in its author's name; which message has it then."""
    if held.edits_id is not None:
        edit = Edit(held.edits_id, said, held.cid, held.text)
        await edit_approved(tx, own, edit, held if held.state == HeldState.REJECTED else None)
        return held.edits_id
    room = held.room_id
    poll = _still_open(poll_in(held.poll), tx.now) if held.poll else None
    send = Send(own, room, said, held.cid, held.thread_id, held.text, tuple(files), held.quote_id, poll=poll)
    event = await send_approved(tx, send)
    # Only now: nobody can edit what is quoted any more before this is committed.
    if held.quote_id is not None and await was_edited_since(tx, held.quote_id, held.created_at):
        raise Conflict(
            "What it quotes was changed after it was sent: reject it, and let them send it again",
            code="quote_changed",
        )
    await count_passed(tx, room, own.user)
    return event.id


def _still_open(poll: Polled, now: int) -> Polled:
    if poll.closes_at is not None and poll.closes_at <= rfc3339(now):
        raise Conflict(
            "The time of its poll was over before anybody saw it: reject it, and let them send it again",
            code="poll_over",
        )
    return poll


async def reject(tx: Tx, actor: Actor, room: UUID, held_id: UUID, reason: str) -> HeldMessage:
    """Nobody will see it; its author is told why."""
    grants, held = await _held_in(tx, actor, REJECT_HELD, room, held_id)
    if held.state == HeldState.REJECTED:
        return held
    _still_waiting(held)
    held.state, held.reason = HeldState.REJECTED, reason or None
    await _decided(tx, actor, grants, held)
    await drop_decided(tx)
    return held


async def withdraw(tx: Tx, actor: Actor, room: UUID, held_id: UUID) -> None:
    """Take back a message of one's own that still waits; its text is gone."""
    _, held = await _held_in(tx, actor, WITHDRAW_HELD, room, held_id)
    if held.sender_id != actor.user:
        raise NotFound("There is no such message")
    _still_waiting(held)
    held.state, held.text, held.poll, held.decided_at = HeldState.WITHDRAWN, "", None, tx.now
    await tx.flush()
    await drop_decided(tx)
    await tx.emit(_reviewed(held))


async def _held_in(
    tx: Tx, actor: Actor, operation: Operation, room: UUID, held_id: UUID
) -> tuple[Grants, HeldMessage]:
    grants = await resource_for(tx, actor, operation, room, exclusive=False)
    held = await held_still(tx, held_id, HeldMessage.room_id == room)
    if held is None:
        raise NotFound("There is no such message")
    return grants, held


def _still_waiting(held: HeldMessage) -> None:
    if held.state != HeldState.WAITING:
        raise Conflict(f"It does not wait any more: it was {held.state}")


def _too_late(refusal: TalkootError) -> Conflict:
    return Conflict(f"The author could not send this any more: {refusal.detail}", code="author_may_not_post")


async def _decided(tx: Tx, actor: Actor, grants: Grants, held: HeldMessage) -> None:
    state, reason = held.state, held.reason or ""
    held.decided_at, held.decided_by = tx.now, actor.user
    await tx.flush()
    after = {"held": held.id, "message": held.message_id}
    act = Act(f"held.{state}", grants.workspace, held.sender_id, held.room_id, after=after, reason=reason)
    await record(tx, actor, act)
    await tx.emit(_reviewed(held))


def _reviewed(held: HeldMessage) -> Reviewed:
    return Reviewed(
        user=held.sender_id,
        held=held.id,
        cid=held.cid,
        room=held.room_id,
        state=held.state,
        reason=held.reason or "",
        message=held.message_id,
        edits=held.edits_id,
    )
