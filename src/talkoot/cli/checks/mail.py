"""Mail: whether the server takes letters from us, and what is not possible while none is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from talkoot.cli.checks.finding import Finding
from talkoot.kernel.addresses import is_local
from talkoot.kernel.smtp import MailAway, try_out, where

if TYPE_CHECKING:
    from talkoot.settings import Settings


async def mail(settings: Settings) -> AsyncIterator[Finding]:
    """The mail server can be reached, encrypts, and knows us; nothing is sent."""
    if not settings.mails:
        yield Finding(
            "ok",
            "mail",
            "none is sent: nobody can reset a password or confirm an address alone; make links with"
            " `talkoot user reset-link`, or set smtp_host",
        )
        return
    try:
        answered = await try_out(settings)
    except MailAway as away:
        yield Finding("fail", "mail", f"{away.detail}; letters wait, and are given up after most of an hour")
        return
    if settings.smtp_tls == "off" and not (is_local(settings.smtp_host) or settings.smtp_host == "localhost"):
        said = "links that open accounts go there unencrypted: set smtp_tls to starttls or tls"
        yield Finding("warn", "mail", f"{where(settings)}: {said}")
    else:
        yield Finding("ok", "mail", answered)
