"""Challenges for passkeys: signed by this server, bound to one purpose, good once and for a few minutes.

Any server of a cluster finishes what another one began: all that it needs is in the token.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Literal

from talkoot.kernel.clock import MINUTE, SECOND
from talkoot.kernel.errors import NotAuthenticated
from talkoot.kernel.ids import new_token
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.gate import Gate

LASTS = 5 * MINUTE
_PURPOSE = "passkey-ceremony"
Purpose = Literal["sign-in", "second-step", "proof", "add"]


class Ceremony(Value, frozen=True):
    """What a browser is given to sign, and the token that it brings back with the answer."""

    challenge: str
    token: str


async def begin(gate: Gate, purpose: Purpose, subject: UUID | None = None) -> Ceremony:
    """A new challenge; `subject` is the user or the session that it is for, if that is known."""
    challenge, mark = new_token(), await gate.tickets.mark()
    ends = gate.kernel.clock.now() + LASTS
    whose = subject.hex if subject else "-"
    return Ceremony(challenge, gate.kernel.secrets.token(_PURPOSE, challenge, purpose, whose, ends, mark))


async def finish(gate: Gate, token: str, purpose: Purpose, subject: UUID | None = None) -> bytes:
    """The challenge that must have been signed, which is used up by this; NotAuthenticated."""
    parts = gate.kernel.secrets.read_token(_PURPOSE, token)
    if parts is None:
        raise refused()
    challenge, meant, whose, ends, mark = parts
    wanted = subject.hex if subject else "-"
    if meant != purpose or not hmac.compare_digest(whose, wanted):
        raise refused()
    if int(ends) <= gate.kernel.clock.now():
        raise NotAuthenticated("That took too long: begin again", code="passkey_late")
    if not await gate.tickets.use(f"passkey.{challenge}", LASTS / SECOND + 1, mark):
        raise refused()
    return challenge.encode()


def refused() -> NotAuthenticated:
    """A passkey that does not hold; why stands in the log, if anywhere."""
    return NotAuthenticated("This passkey does not hold here", code="passkey_refused")
