"""Closing polls when it is time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.polls.actions import CLOSE_DUE, close_due

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim


async def close(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """The time of a poll has come; that it is closed and that the job is done happen together."""
    return partial(close_due, message_id=UUID(claim.payload["message"]))


HANDLERS: dict[str, Handler] = {CLOSE_DUE: close}
