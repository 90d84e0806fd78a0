"""What is to be mailed: noted beside the notification, taken by one job, forgotten when it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert, or_, update

from talkoot.chat.digests.models import DigestItem, LetterChoice
from talkoot.chat.digests.queries import choice_of, mailed_moderators, readers
from talkoot.kernel.clock import HOUR, MINUTE
from talkoot.kernel.jobs import NewJob, enqueue_many
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.chat.digests.schemas import LettersWanted
    from talkoot.chat.digests.unsubscribing import Kind
    from talkoot.chat.notifications.events import Notified
    from talkoot.kernel.transactions import Tx

MAIL, MAIL_QUEUES, LOOK_AT_QUEUES = "digests.mail", "digests.mail_queues", "digests.look_at_queues"
_TAKEN_FOR = HOUR  # then another job may mail what the one before has given up


async def note(tx: Tx, notified: Notified, *, minutes: int) -> None:
    """Have people mailed what they were told of, if they do not read it; all that comes until then with it.

    `minutes` is until when, of who has not said.
    """
    mailed = [new for new in notified.notifications if not new.list_only]
    waits = await readers(tx, {new.user for new in mailed})
    items = [{"notification_id": new.id, "user_id": new.user} for new in mailed if new.user in waits]
    if not items:
        return
    await tx.connection.execute(insert(DigestItem), items)
    await enqueue_many(
        tx,
        MAIL,
        [_letter(tx, user, minutes if wait is None else wait) for user, wait in waits.items()],
    )


async def mail_later(tx: Tx, user: UUID, minutes: int) -> None:
    """A letter about what waits then; one that is planned already is enough."""
    await enqueue_many(tx, MAIL, [_letter(tx, user, minutes)])


def _letter(tx: Tx, user: UUID, minutes: int) -> NewJob:
    return NewJob({"user": str(user)}, tx.now + minutes * MINUTE, str(user))


async def take(tx: Tx, user: UUID, job: UUID) -> list[UUID]:
    """What waits for somebody, for the letter of this job: no other one has it too."""
    free = or_(DigestItem.job.is_(None), DigestItem.job == job, DigestItem.taken_at < tx.now - _TAKEN_FOR)
    taken = await tx.connection.scalars(
        update(DigestItem)
        .where(DigestItem.user_id == user, free)
        .values(job=job, taken_at=tx.now)
        .returning(DigestItem.notification_id)
    )
    return [*taken]


async def forget_taken(tx: Tx, job: UUID) -> None:
    """The letter of this job was sent, or nothing of it was left."""
    await tx.connection.execute(delete(DigestItem).where(DigestItem.job == job))


async def look_at_queues(tx: Tx) -> None:
    """Have moderators mailed who want to be."""
    told = [NewJob({"user": str(user)}, dedupe=str(user)) for user in await mailed_moderators(tx)]
    await enqueue_many(tx, MAIL_QUEUES, told)


async def told_of_queues(tx: Tx, user: UUID, newest: UUID) -> None:
    """A moderator was mailed that this waits; they are mailed again when something newer does."""
    await tx.connection.execute(
        update(LetterChoice).where(LetterChoice.user_id == user).values(queues_told=newest)
    )


async def choose(tx: Tx, user: UUID, wanted: LettersWanted) -> None:
    """Say what one wants to be mailed; what is not said stays."""
    choice = await _choice(tx, user)
    if wanted.messages is not None:
        choice.messages = wanted.messages
    if wanted.wait_minutes is not None:
        choice.wait_minutes = wanted.wait_minutes
    if wanted.moderation is not None:
        choice.moderation = wanted.moderation
    await tx.flush()
    if not choice.messages:
        await _drop_items(tx, user)


async def end(tx: Tx, user: UUID, kind: Kind) -> None:
    """No more letters of this kind, also none that is planned."""
    choice = await _choice(tx, user)
    setattr(choice, kind, False)
    await tx.flush()
    if kind == "messages":
        await _drop_items(tx, user)


async def forget_letters_of(tx: Tx, user: UUID) -> None:
    """Nothing is left of what this user wanted to be mailed, and was to be."""
    await tx.connection.execute(delete(LetterChoice).where(LetterChoice.user_id == user))
    await _drop_items(tx, user)


async def _choice(tx: Tx, user: UUID) -> LetterChoice:
    made = insert_into(tx.connection, LetterChoice).values(user_id=user, messages=True, moderation=False)
    await tx.connection.execute(made.on_conflict_do_nothing())
    found = await choice_of(tx, user)
    assert found is not None
    return found


async def _drop_items(tx: Tx, user: UUID) -> None:
    await tx.connection.execute(delete(DigestItem).where(DigestItem.user_id == user))
