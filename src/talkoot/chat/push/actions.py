"""Browsers that are told: from when they subscribe until their session ends."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy import delete, or_, select

from talkoot.chat.push.models import PushSubscription
from talkoot.kernel.errors import NotFound
from talkoot.kernel.ids import fingerprint, new_id
from talkoot.kernel.jobs import NewJob, enqueue, enqueue_many
from talkoot.kernel.sealing import seal

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.events import SessionClosed
    from talkoot.chat.notifications.events import Notified
    from talkoot.chat.push.encryption import Browser
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Tx

DELIVER = "push.deliver"
ATTEMPTS = 8  # the last one about ten minutes after the first


async def subscribe(
    tx: Tx, secrets: Secrets, actor: Actor, browser: Browser, *, text: bool
) -> PushSubscription:
    """Tell this browser from now on, and whoever was told there before no longer; asked again it stays."""
    address = fingerprint(browser.endpoint)
    either = or_(PushSubscription.endpoint_hash == address, PushSubscription.session_id == actor.session)
    there = (await tx.session.scalars(select(PushSubscription).where(either))).all()
    same = [
        one for one in there if (one.endpoint_hash, one.session_id) == (address, actor.session)
    ]  # nobody guesses here: the address is the browser's own
    for other in there:
        if other not in same:
            await tx.session.delete(other)
    await tx.flush()  # what is unique is free
    subscription = same[0] if same else PushSubscription(id=new_id(), created_at=tx.now)
    subscription.session_id, subscription.user_id = actor.session, actor.user
    subscription.endpoint_hash, subscription.text = address, text
    kept = msgspec.json.encode(browser).decode()
    subscription.told_to = seal(secrets, PushSubscription.told_to, subscription.id, kept)
    tx.session.add(subscription)
    await tx.flush()
    return subscription


async def unsubscribe(tx: Tx, actor: Actor, subscription: UUID) -> None:
    """Tell one of one's browsers no longer; NotFound if it is none."""
    mine = (PushSubscription.id == subscription, PushSubscription.user_id == actor.user)
    if not (await tx.connection.execute(delete(PushSubscription).where(*mine))).rowcount:
        raise NotFound("There is no such subscription")


async def try_out(tx: Tx, actor: Actor, subscription: UUID) -> None:
    """Have one of one's browsers told that it is told; NotFound if it is none."""
    found = await tx.session.get(PushSubscription, subscription)
    if found is None or found.user_id != actor.user:
        raise NotFound("There is no such subscription")
    await enqueue(tx, DELIVER, {"subscription": str(subscription)}, max_attempts=3)


async def tell_browsers(tx: Tx, notified: Notified) -> None:
    """Have the browsers told of those who want to be disturbed, each by a job of its own."""
    told = {each.user: each for each in notified.notifications if not each.quiet}
    found = await tx.connection.execute(
        select(PushSubscription.id, PushSubscription.user_id).where(PushSubscription.user_id.in_([*told]))
    )
    new = [
        NewJob({"subscription": str(row.id), "notification": str(told[row.user_id].id)})
        for row in found.all()
    ]
    await enqueue_many(tx, DELIVER, new, max_attempts=ATTEMPTS)


async def forget_session(tx: Tx, closed: SessionClosed) -> None:
    """Where somebody is signed out, nothing is told them any more."""
    await tx.connection.execute(delete(PushSubscription).where(PushSubscription.session_id == closed.session))


async def forget_subscription(tx: Tx, subscription: UUID, endpoint_hash: bytes) -> None:
    """The push service knows it no longer; if the browser has not subscribed again meanwhile."""
    gone = (PushSubscription.id == subscription, PushSubscription.endpoint_hash == endpoint_hash)
    await tx.connection.execute(delete(PushSubscription).where(*gone))
