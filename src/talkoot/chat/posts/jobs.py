"""Publishing what was to be published at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.posts.actions.scheduling import PUBLISH_SCHEDULED, publish_due

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim


async def publish_scheduled(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """The time of a post has come; that it is published and that the job is done happen together."""
    return partial(publish_due, post_id=UUID(claim.payload["post"]))


HANDLERS: dict[str, Handler] = {PUBLISH_SCHEDULED: publish_scheduled}
