"""A person's phone with an authenticator app, and what they do with it."""

import time
from dataclasses import dataclass, field

import pyotp

from tests.accounts.browsers import Web
from tests.clients import PASSWORD, Api, Json

APP = "/users/me/second-factor/app"


@dataclass
class Phone:
    """An app that has a secret. It shows each code once, as somebody who waits for the next one sees it."""

    secret: str
    codes: list[str] = field(default_factory=list)  # on paper, for when the phone is lost
    _last: int = 0

    def code(self) -> str:
        """A code that was not used yet: of this half minute, or of the next one, which is taken too."""
        present = int(time.time()) // 30
        self._last = max(self._last + 1, present)
        assert self._last <= present + 1, "nobody has so many codes at one moment"
        return pyotp.TOTP(self.secret).at(self._last * 30)


async def enrol(person: Api | Web) -> Phone:
    """Set up an app on this account."""
    started = await person.call("POST", APP, {})
    phone = Phone(started["secret"])
    confirmed = await person.call("PUT", APP, {"enrolment": started["enrolment"], "code": phone.code()})
    phone.codes = confirmed["recovery_codes"] or []
    return phone


def token_form(username: str, **more: str) -> Json:
    """What a program sends to get a token."""
    return {"grant_type": "password", "username": username, "password": PASSWORD, **more}


async def first_step(web: Web, username: str) -> Json:
    """Give the password of somebody who has a second factor; what is asked for next."""
    answer = await web.ask("POST", "/auth/login", {"username": username, "password": PASSWORD})
    assert answer.status_code == 202, answer.text
    found: Json = answer.json()
    return found


async def second_step(web: Web, code: str) -> None:
    """Give the code, and be in."""
    web.csrf = (await web.call("POST", "/auth/second-step", {"code": code}))["csrf"]
