"""The way out for mail: one letter over one connection, to the one server that the settings name.

What the server refuses for good (5xx) is `LetterRefused`, which no job tries again. Everything else, from a
server that is away to one that does not know us, is `MailAway`: a later attempt may go well.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from talkoot.kernel.errors import TalkootError, Unavailable
from talkoot.kernel.redaction import escaped, redacted

if TYPE_CHECKING:
    from email.message import EmailMessage

    from aiosmtplib import SMTP, SMTPResponseException

    from talkoot.settings import Settings

SECONDS = 30.0  # for the connection with all that belongs to it, and for the letter
GOODBYE = 3.0
PORTS = {"starttls": 587, "tls": 465, "off": 25}
_FOR_GOOD = range(500, 600)


class LetterRefused(TalkootError):
    """The mail server does not take this letter, now or later; the text says why."""

    code, status, title = "letter_refused", 502, "The mail server refuses this letter"


class MailAway(Unavailable):
    """The mail server can not be used right now; the text says why."""

    title = "The mail server can not be used right now"


async def deliver(settings: Settings, letter: EmailMessage) -> None:
    """Give a letter to the mail server; LetterRefused or MailAway when it has not taken it."""
    async with _connected(settings) as server:
        await _send(server, letter)


async def try_out(settings: Settings) -> str:
    """Connect, encrypt and sign in as for a letter, and send none; how that went. MailAway if it did not."""
    async with _connected(settings) as server:
        tls = server.get_transport_info("ssl_object")
        encrypted = tls.version() if tls is not None else "not encrypted"
        who = f"signed in as {settings.smtp_user}" if settings.smtp_user else "without signing in"
        return f"{where(settings)} answers, {encrypted}, {who}"


def where(settings: Settings) -> str:
    """The mail server, as people are told of it."""
    return f"{settings.smtp_host}:{settings.smtp_port or PORTS[settings.smtp_tls]}"


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[SMTP]:
    from aiosmtplib import SMTP, SMTPException  # most servers never send mail

    server = SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port or PORTS[settings.smtp_tls],
        username=settings.smtp_user or None,
        password=_password(settings) or None,
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
        local_hostname=_own_name(settings),
        timeout=SECONDS,
    )
    try:
        async with asyncio.timeout(SECONDS):
            await server.connect()
    except (SMTPException, OSError) as error:
        raise MailAway(f"{where(settings)}: {_plain(error)}") from None
    try:
        yield server
    finally:
        # Whatever was sent was answered before: a goodbye that fails must not send it twice.
        with suppress(SMTPException, OSError):
            await server.quit(timeout=GOODBYE)
        server.close()


def _password(settings: Settings) -> str:
    path = settings.smtp_password_file
    if path is None:
        return settings.smtp_password.get_secret_value()
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MailAway(f"The file of smtp_password_file {path} can not be read: {error}") from None


async def _send(server: SMTP, letter: EmailMessage) -> None:
    from aiosmtplib import (
        SMTPException,
        SMTPNotSupported,
        SMTPRecipientsRefused,
        SMTPResponseException,
    )

    try:
        async with asyncio.timeout(SECONDS):
            await server.send_message(letter)
    except SMTPRecipientsRefused as error:
        raise _refusal(error.recipients[0]) from None
    except SMTPResponseException as error:
        raise _refusal(error) from None
    except SMTPNotSupported as error:
        raise LetterRefused(_plain(error)) from None
    except (SMTPException, OSError) as error:
        raise MailAway(_plain(error)) from None


def _refusal(error: SMTPResponseException) -> TalkootError:
    said = f"The mail server answered {_plain(error)}"
    return LetterRefused(said) if error.code in _FOR_GOOD else MailAway(said)


def _plain(error: Exception) -> str:
    """What was said, on one line and without what looks like a secret."""
    said = str(getattr(error, "message", "") or error) or "it does not answer in time"
    code = getattr(error, "code", "")
    return escaped(redacted(f"{code} {said}".strip()))


def _own_name(settings: Settings) -> str:
    """How this server introduces itself: by the name that people know, never that of the machine."""
    name = urlsplit(settings.public_url).hostname or "localhost"
    try:
        address = ip_address(name)
    except ValueError:
        return name.encode("idna").decode() if not name.isascii() else name
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"  # noqa: PLR2004 - a version
