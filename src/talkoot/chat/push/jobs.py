"""What is done after the commit: each browser is told by a job of its own."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.push.actions import DELIVER, forget_subscription
from talkoot.chat.push.delivery import deliver
from talkoot.chat.push.encryption import Browser
from talkoot.chat.push.keys import installation_key
from talkoot.chat.push.models import PushSubscription
from talkoot.chat.push.queries import subscription_to_tell
from talkoot.chat.push.saying import push_for
from talkoot.kernel.sealing import unseal

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim

log = logging.getLogger("talkoot.push")


async def tell_browser(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """The handler of DELIVER: says what may be read at this moment, or nothing."""
    if kernel.settings.web_push == "off":
        return None
    id_ = UUID(claim.payload["subscription"])
    async with kernel.uow.read() as read:
        found = await subscription_to_tell(read, id_, kernel.clock.now())
        if found is None:
            return None
        notification = claim.payload.get("notification")
        push = await push_for(read, found.user_id, notification, text=found.text)
    if push is None:
        return None
    key = await installation_key(kernel)
    told_to = unseal(kernel.secrets, PushSubscription.told_to, id_, found.told_to)
    browser = msgspec.json.decode(told_to, type=Browser)
    if await deliver(kernel, key, browser, push.payload, topic=push.topic, urgency=push.urgency):
        log.info("A browser was told (%s)", claim.id)
        return None
    log.info("A push service knows a browser no longer (%s)", claim.id)
    return partial(forget_subscription, subscription=id_, endpoint_hash=found.endpoint_hash)


HANDLERS: dict[str, Handler] = {DELIVER: tell_browser}
