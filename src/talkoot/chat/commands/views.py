"""From the tables of commands to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from talkoot.chat.accounts.views import public_user
from talkoot.chat.commands.schemas import CommandOut, InvocationOut, WaitingOut
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.chat.commands.models import Command, Invocation


def command_out(command: Command, bot: User) -> CommandOut:
    """A command, and who does it."""
    return CommandOut(
        name=command.name, description=command.description, usage=command.usage, bot=public_user(bot)
    )


def waiting_out(made: Invocation, user: User) -> WaitingOut:
    """What its bot is shown."""
    return WaitingOut(**_shared(made), user=public_user(user))


def invocation_out(made: Invocation, bot: User, now: int) -> InvocationOut:
    """What who ran it is shown at a moment, in microseconds."""
    state: Literal["waiting", "answered", "expired"] = "waiting"
    if made.done_at is not None:
        state = "answered"
    elif made.expires_at <= now:
        state = "expired"
    return InvocationOut(**_shared(made), bot=public_user(bot), state=state, answer=made.answer)


def _shared(made: Invocation) -> dict[str, Any]:
    return {
        "id": made.id,
        "workspace": made.workspace_id,
        "room": made.room_id,
        "thread": made.thread_id,
        "command": made.command,
        "args": made.args,
        "ts": rfc3339(made.created_at),
        "expires_at": rfc3339(made.expires_at),
    }
