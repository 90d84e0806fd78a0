"""Codes: those of an authenticator app (RFC 6238), and those on paper for whom it is lost."""

from __future__ import annotations

import hmac
import secrets

from talkoot.kernel.clock import SECOND
from talkoot.kernel.values import Value

STEP_SECONDS = 30  # with SHA-1 and six digits: what every app can do, and many can do nothing else
WINDOW = 1  # so many steps before and after are taken too, for clocks that differ
RECOVERY_CODES = 10
_DIGITS = 6
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read for something else
_GROUPS, _GROUP = 4, 4  # 79 bits: a fast hash of it can not be searched


class Shown(Value, frozen=True):
    """What an app is set up with: the secret to type, the address of it, and that as a picture."""

    secret: str
    uri: str
    qr: str


def new_app_secret() -> str:
    """160 random bits in base 32."""
    import pyotp  # only who sets a second factor up, or uses it

    return pyotp.random_base32()


def shown(secret: str, username: str, issuer: str) -> Shown:
    """The secret as an app wants to have it; the picture is an SVG as a `data:` address."""
    import pyotp
    import segno

    uri = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)
    picture = segno.make(uri, error="m", micro=False)
    return Shown(secret, uri, picture.svg_data_uri(scale=4, border=4, light="#fff"))


def step_of(secret: str, code: str, now: int) -> int | None:
    """The step whose code this is, among the present one and its neighbours; `now` in microseconds."""
    import pyotp

    if not is_app_code(code):
        return None  # only ASCII can be compared in constant time
    app, present = pyotp.TOTP(secret), now // SECOND // STEP_SECONDS
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(app.at(step * STEP_SECONDS), code):
            return step
    return None


def is_app_code(given: str) -> bool:
    """Whether somebody typed what an app shows."""
    return len(given) == _DIGITS and given.isascii() and given.isdigit()


def new_recovery_codes() -> list[str]:
    """Codes to be written down, such as `k3nd-7wqp-x2mv-9acf`."""
    return ["-".join(_group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES)]


def normal(given: str) -> str:
    """A code without what people put between its letters."""
    return "".join(c for c in given.lower() if c.isalnum())


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP))
