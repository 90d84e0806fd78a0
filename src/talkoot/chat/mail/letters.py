"""From words to a letter: text and HTML beside each other, in which nobody's name can do anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from talkoot.kernel.clock import SECOND
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from email.message import EmailMessage

    from jinja2 import Environment

    from talkoot.settings import Settings

_TEMPLATES = Path(__file__).parent / "templates"
# What ends a line, or turns it around, somewhere: all of that is one blank in a letter.
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class Quote(Value, frozen=True):
    """What somebody wrote, and where it stands."""

    who: str
    text: str
    link: str


class Part(Value, frozen=True):
    """Some of it, under a title of its own."""

    title: str
    quotes: tuple[Quote, ...]


class Unsubscribe(Value, frozen=True):
    """How to get no more of these letters: a page for a person, and an address for a program."""

    page: str
    post: str


class Letter(Value, frozen=True):
    """What somebody is told. `link` is an address of this server, and may hold a secret."""

    to: str
    subject: str
    said: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    link: str = ""
    button: str = ""
    small: tuple[str, ...] = ()
    unsubscribe: Unsubscribe | None = None

    def __repr__(self) -> str:
        """Without the addresses in it, which let somebody in."""
        return f"Letter(to={self.to!r}, subject={self.subject!r})"


def compose(settings: Settings, letter: Letter, mark: str, now: int) -> EmailMessage:
    """The letter as it is sent at this moment. `mark` makes its Message-ID, and is never used twice."""
    from email.headerregistry import Address  # most servers never send mail
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import parseaddr

    name, address = parseaddr(settings.mail_from)
    message = EmailMessage(SMTP)
    message["From"] = Address(name, addr_spec=address)
    reader, _, domain = deliverable(letter.to).rpartition("@")
    message["To"] = Address(username=reader, domain=domain)
    message["Subject"] = plain(letter.subject)
    message["Date"] = datetime.fromtimestamp(now // SECOND, UTC)
    message["Message-ID"] = f"<{mark}@{address.rpartition('@')[2]}>"
    # Nobody's out-of-office answers, and no program answers a program (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe is not None:  # RFC 2369 and 8058
        message["List-Unsubscribe"] = f"<{letter.unsubscribe.post}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    values = {
        "subject": plain(letter.subject),
        "said": [plain(line) for line in letter.said],
        "parts": [_plain_part(part) for part in letter.parts],
        "unsubscribe": letter.unsubscribe.page if letter.unsubscribe else "",
        "small": [plain(line) for line in letter.small],
        "link": letter.link,
        "button": letter.button,
        "home": settings.public_url,
    }
    message.set_content(_environment().get_template("letter.txt").render(values))
    message.add_alternative(_environment().get_template("letter.html").render(values), subtype="html")
    return message


def _plain_part(part: Part) -> Part:
    quotes = (Quote(plain(each.who), plain(each.text), each.link) for each in part.quotes)
    return Part(plain(part.title), tuple(quotes))


def plain(text: str) -> str:
    """The text on one line, without what can not be seen."""
    return _NO_TEXT.sub(" ", text).strip()


def deliverable(address: str) -> str:
    """The address as servers of every age understand it: with the domain in ASCII, if its name is."""
    from email_validator import validate_email

    checked = validate_email(address, check_deliverability=False, test_environment=True)
    return checked.ascii_email or checked.normalized


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
