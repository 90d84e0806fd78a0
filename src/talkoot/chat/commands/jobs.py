"""Forgetting what was run, a day after nobody can answer it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.commands.actions import FORGET, forget_old
from talkoot.kernel.cron import Cron

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler
    from talkoot.kernel.jobs import Claim


async def forget(kernel: Kernel, _claim: Claim) -> None:
    """Forget it a portion at a time: others have their turn."""
    while await kernel.uow.run(forget_old):
        pass


HANDLERS: dict[str, Handler] = {FORGET: forget}
SCHEDULE = (Cron(FORGET, "47 * * * *"),)
