"""From the tables of second factors to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.factors.schemas import PasskeyOut
from talkoot.kernel.clock import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from talkoot.chat.accounts.factors.models import Passkey


def passkey_out(passkey: Passkey) -> PasskeyOut:
    """A passkey, as shown to whom it belongs."""
    used = passkey.last_used_at
    return PasskeyOut(
        id=passkey.id,
        name=passkey.name,
        created_at=rfc3339(passkey.created_at),
        last_used_at=rfc3339_or_none(used),
    )
