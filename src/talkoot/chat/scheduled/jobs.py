"""Sending what was written to be sent later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.scheduled.actions import SEND_SCHEDULED, SEND_WITH_MORE, send_due

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim


async def send_scheduled(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """The time of a message has come; that it is sent and that the job is done happen together."""
    return partial(send_due, scheduled_id=UUID(claim.payload["scheduled"]))


HANDLERS: dict[str, Handler] = {SEND_SCHEDULED: send_scheduled, SEND_WITH_MORE: send_scheduled}
