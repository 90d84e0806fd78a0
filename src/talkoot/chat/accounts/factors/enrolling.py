"""Setting up an authenticator app: its secret goes to the person, signed, and comes back with a code."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from talkoot.chat.accounts.factors.codes import new_app_secret, shown
from talkoot.chat.accounts.factors.schemas import AppStarted
from talkoot.kernel.clock import MINUTE
from talkoot.kernel.errors import Conflict

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.gate import Gate

LASTS = 30 * MINUTE
_PURPOSE = "app-enrolment"


def begin_app(gate: Gate, actor: Actor) -> AppStarted:
    """A new secret for this person, as text, address and picture."""
    secret, ends = new_app_secret(), gate.kernel.clock.now() + LASTS
    host = urlsplit(gate.kernel.settings.public_url).hostname
    seen = shown(secret, actor.username, f"Talkoot {host}" if host else "Talkoot")
    return AppStarted(
        secret=secret,
        uri=seen.uri,
        qr=seen.qr,
        enrolment=gate.kernel.secrets.token(_PURPOSE, secret, actor.user.hex, ends),
    )


def read_enrolment(gate: Gate, actor: Actor, enrolment: str) -> str:
    """The secret that this person was given; Conflict if that was somebody else, or too long ago."""
    parts = gate.kernel.secrets.read_token(_PURPOSE, enrolment)
    if parts is None:
        raise _lost()
    secret, user, ends = parts
    if user != actor.user.hex or int(ends) <= gate.kernel.clock.now():
        raise _lost()
    return secret


def _lost() -> Conflict:
    return Conflict("That took too long: begin again with a new secret", code="enrolment_lost")
