"""A real mail server that keeps what it is given, and refuses what it is told to refuse."""

import asyncio
import re
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Self
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.process import free_port

USER, SECRET = "talkoot", "the-password-of-the-mail-server-7Q"
LINK = re.compile(r"https?://\S+")
PATIENCE = 30.0


class PostOffice:
    """Listens on this machine. `refusals` has what it answers to letters to an address, one after another."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, auth: bool = False
    ) -> None:
        self.port = free_port()
        self.refusals: dict[str, list[str]] = {}
        self.asked: list[str] = []  # for whom, whatever came of it
        self.letters: list[EmailMessage] = []
        self.signed_in: list[str] = []
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=tls,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=self._knows if auth else None,
            # It takes no notice of TLS that was there from the beginning, and warns.
            auth_required=auth and starttls is not None,
            auth_require_tls=starttls is not None,
        )

    def start(self) -> Self:
        self._controller.start()
        return self

    def stop(self) -> None:
        self._controller.stop()

    async def letter(self, to: str, number: int = 1) -> EmailMessage:
        """Wait for the so-manieth letter to this address."""
        async with asyncio.timeout(PATIENCE):
            while len(found := self.to(to)) < number:  # noqa: ASYNC110 - it comes in another thread
                await asyncio.sleep(0.02)
        return found[number - 1]

    async def link(self, to: str, number: int = 1) -> str:
        """The address that the letter leads to."""
        return link_in(await self.letter(to, number))

    async def token(self, to: str, number: int = 1) -> str:
        """What stands behind the `#` of that link."""
        return urlsplit(await self.link(to, number)).fragment

    async def token_for(self, to: str, page: str) -> str:
        """What stands behind the `#` of the link to this page, in whichever letter it comes."""
        found: list[str] = []
        number = 0
        while page not in (paths := [urlsplit(link).path for link in found]):
            number += 1
            found = LINK.findall(text_of(await self.letter(to, number)))
        return urlsplit(found[paths.index(page)]).fragment

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]

    # What aiosmtpd calls

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.asked.append(address)
        if waiting := self.refusals.get(address):
            return waiting.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=POLICY)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 Taken"

    def _knows(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, shown: LoginPassword
    ) -> AuthResult:
        right = shown.login == USER.encode() and shown.password == SECRET.encode()
        if right:
            self.signed_in.append(USER)
        return AuthResult(success=right, handled=False)


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def link_in(letter: EmailMessage) -> str:
    found = LINK.findall(text_of(letter))
    return str(found[0])
