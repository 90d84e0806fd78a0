"""Publishing what was to be published at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.posts.actions.scheduling import PUBLISH_SCHEDULED, publish_due, refuse_due
from talkoot.kernel.errors import TalkootError

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim


async def publish_scheduled(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """The time of a post has come; of one that may not be published then nothing is left but the refusal."""
    post = UUID(claim.payload["post"])
    try:
        await kernel.uow.run(partial(publish_due, post_id=post))
    except TalkootError as error:
        if error.retryable:
            raise
        return partial(refuse_due, post_id=post, reason=error.detail)
    return None


HANDLERS: dict[str, Handler] = {PUBLISH_SCHEDULED: publish_scheduled}
