"""What `talkoot mail` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.names import email_from
from talkoot.chat.mail.letters import Letter, compose
from talkoot.kernel.clock import SystemClock
from talkoot.kernel.ids import new_id
from talkoot.kernel.smtp import deliver, where

if TYPE_CHECKING:
    from talkoot.settings import Settings


async def send_test(settings: Settings, address: str) -> str:
    """Send a letter; a sentence about how that went, or LetterRefused, MailAway."""
    letter = Letter(
        to=email_from(address),
        subject="Talkoot can send mail",
        said=("This letter was sent to see whether mail arrives. It does.",),
    )
    await deliver(settings, compose(settings, letter, str(new_id()), SystemClock().now()))
    return f"{where(settings)} has taken the letter to {letter.to}; look whether it arrives."
