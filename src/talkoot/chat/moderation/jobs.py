"""What moderation has done later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.moderation.actions.sanctions import end_in_time

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import InTheEnd
    from talkoot.kernel.jobs import Claim


async def end_sanction(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """The time of a sanction has come: it does not count any more, and now people hear of that."""
    return partial(end_in_time, sanction=UUID(claim.payload["sanction"]))
