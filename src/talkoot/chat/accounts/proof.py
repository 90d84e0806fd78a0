"""That it is really the person, just now: for what nobody else may do at a desk that was left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.queries import user_with_id, when_opened
from talkoot.chat.accounts.sign_in import require_password
from talkoot.kernel.clock import MINUTE
from talkoot.kernel.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from talkoot.chat.accounts.actions import Device
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.gate import Gate

FRESH = 10 * MINUTE  # in which having signed in is a proof for who has no password


async def prove(gate: Gate, actor: Actor, password: str | None, device: Device) -> None:
    """Let the person through who gives their password, or has none and has signed in a moment ago.

    Invalid without the password, Forbidden with a wrong one, or when one has to sign in again.
    """
    async with gate.kernel.uow.read() as read:
        user = await user_with_id(read, actor.user)
        opened = await when_opened(read, actor.session)
    if user.password_hash is not None:
        if password is None:
            raise Invalid.field("current_password", "missing", "This needs your password")
        await require_password(gate, user, password, device)
    elif opened is None or opened < gate.kernel.clock.now() - FRESH:
        raise Forbidden("Sign out, sign in again, and come back within ten minutes", code="sign_in_again")
