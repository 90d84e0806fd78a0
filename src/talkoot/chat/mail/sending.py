"""Sending a letter as the work of a job."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from talkoot.chat.mail.letters import compose
from talkoot.kernel.smtp import deliver

if TYPE_CHECKING:
    from talkoot.chat.mail.letters import Letter
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.jobs import Claim

log = logging.getLogger("talkoot.mail")


async def send(kernel: Kernel, claim: Claim, letter: Letter) -> None:
    """Give the letter to the mail server; LetterRefused or MailAway when it does not take it.

    Each attempt of the job is a message of its own, for the link in it is another one.
    """
    message = compose(kernel.settings, letter, f"{claim.id}.{claim.attempt}", kernel.clock.now())
    await deliver(kernel.settings, message)
    log.info("A letter was sent: %s (%s)", claim.kind, claim.id)
