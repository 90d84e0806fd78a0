"""What `talkoot limits` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.administration import actions
from talkoot.cli.databases import unit_of_work
from talkoot.kernel.audit import OPERATOR
from talkoot.kernel.chosen_limits import chosen_limits
from talkoot.kernel.limit_book import LimitBook, Numbers
from talkoot.limit_table import LIMITS

if TYPE_CHECKING:
    from talkoot.kernel.limit_book import Limit
    from talkoot.settings import Settings

_BOOK = LimitBook(LIMITS)


async def lines(settings: Settings) -> list[str]:
    """A line for each limit, with tabs."""
    async with unit_of_work(settings) as uow, uow.read() as read:
        chosen = await chosen_limits(read)
    return [_line(limit, chosen.get(name)) for name, limit in _BOOK.limits.items()]


async def change(settings: Settings, name: str, limit: int, per: int | None, burst: int | None) -> str:
    """Choose numbers; how it is then. NotFound, or Invalid with the bounds."""
    there = actions.limit_named(_BOOK, name)
    numbers = Numbers(limit, per or there.default.period_seconds, burst)
    async with unit_of_work(settings) as uow:
        await uow.run(lambda tx: actions.set_limit(tx, OPERATOR, _BOOK, name, numbers))
    return _line(there, numbers)


async def reset(settings: Settings, name: str) -> str:
    """Let the program's own numbers hold; how it is then."""
    there = actions.limit_named(_BOOK, name)
    async with unit_of_work(settings) as uow:
        await uow.run(lambda tx: actions.reset_limit(tx, OPERATOR, _BOOK, name))
    return _line(there, None)


def _line(limit: Limit, chosen: Numbers | None) -> str:
    numbers = chosen or limit.default
    rate, burst = f"{numbers.limit} in {numbers.period_seconds} s", f"{numbers.capacity} at once"
    state = "default" if numbers == limit.default else "changed"
    return "\t".join([limit.rule.name, f"each {limit.each}", rate, burst, state, limit.counts])
