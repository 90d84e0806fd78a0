"""What `talkoot audit` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.accounts.queries import find_user_by_login
from talkoot.chat.moderation.views import act_line
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.audit import AuditFilter, newest_acts
from talkoot.kernel.clock import from_text

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read
    from talkoot.settings import Settings

AT_ONCE = 500


async def show(
    settings: Settings,
    tell: Callable[[str], None],
    workspace: UUID | None,
    *,
    actor: str,
    subject: UUID | None,
    kind: str,
    since: str,
    until: str,
) -> None:
    """Tell every act that is looked for, a line each, the newest first."""
    times = _moment(since), _moment(until)
    async with unit_of_work(settings) as uow:
        async with uow.read() as read:
            who = await _account(read, actor) if actor else None
        wanted = AuditFilter(who, subject, kind or None, *times)
        last: UUID | None = None
        while True:
            async with uow.read() as read:  # one for each page: nothing is held open while it is printed
                some = await newest_acts(read, workspace, wanted, before=last, limit=AT_ONCE)
            for act in some:
                tell(act_line(act).rstrip("\n"))
            if len(some) < AT_ONCE:
                return
            last = some[-1].id


async def _account(read: Read, username: str) -> UUID:
    user = await find_user_by_login(read, username)
    if user is None:
        raise Failure(Exit.REFUSED, f"There is no account {username}; `talkoot user list` shows all.")
    return user.id


def _moment(given: str) -> int | None:
    try:
        return from_text(given) if given else None
    except ValueError:
        raise Failure(
            Exit.USAGE, f"{given!r} is no time: write 2026-01-31 or 2026-01-31T12:00:00Z."
        ) from None
