"""What several processes let through of the same allowance, where nobody may wait until Redis was asked.

A process decides by its own bucket. An eighth of each allowance belongs to it alone: what somebody does there
in the ordinary way is told to nobody. What goes beyond is added up in Redis a moment later, for all keys that
wait in one round trip, and the answer, which is what all processes have let through, is what the bucket then
owes. So N processes let at most (1 + N/8) times the limit through in the long run, and N bursts in the first
moment; a message never costs a question. Without Redis each process counts for itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from talkoot.kernel.limit_book import Rule
from talkoot.kernel.limit_scripts import count_command
from talkoot.kernel.redis import RedisTrouble
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from talkoot.kernel.redis_calls import RedisCalls

OWN = 8
"""The part of an allowance, 1/OWN, that a process may let through without telling."""
EVERY = 0.05  # seconds between two round trips
WAITING = 10_000  # keys between two of them

Owe = Callable[[int], None]
"""Told what all processes together have let through: microseconds until it is free again, times the limit."""


class Spending(Protocol):
    """Adds up what was let through."""

    def spend(self, key: str, rule: Rule, cost: int, owe: Owe) -> None:
        """Count this for all processes; never waits. `owe` is told later what has been let through by all."""
        ...


@lru_cache(maxsize=256)
def own_share(rule: Rule) -> Rule:
    """What a process may let through of a bucket before it tells."""
    return Rule(rule.name, rule.limit, rule.period_seconds * OWN, max(1, rule.capacity // OWN))


class _Spent(State):
    rule: Rule
    owe: Owe
    cost: int = 0


class RedisSpending:
    """Adds up in Redis, some moments later."""

    def __init__(self, calls: RedisCalls, prefix: str) -> None:
        self._calls = calls
        self._prefix = prefix
        self._spent: dict[tuple[str, str], _Spent] = {}
        self._task: asyncio.Task[None] | None = None

    def spend(self, key: str, rule: Rule, cost: int, owe: Owe) -> None:
        """Count this for all processes; never waits. `owe` is told later what has been let through by all."""
        spent = self._spent.get((rule.name, key))
        if spent is None:
            if len(self._spent) >= WAITING:
                self._calls.alone["spending"] += 1
                return
            spent = self._spent[rule.name, key] = _Spent(rule, owe)
        spent.cost += cost
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._tell_all())

    async def _tell_all(self) -> None:
        try:
            while self._spent:
                spent, self._spent = self._spent, {}
                await self._tell(spent)
                await asyncio.sleep(EVERY)
        finally:
            self._task = None

    async def _tell(self, spent: dict[tuple[str, str], _Spent]) -> None:
        commands = [
            count_command(self._prefix, key, each.rule, each.cost, "add") for (_, key), each in spent.items()
        ]
        try:
            answers = await self._calls.ask_all(commands)
        except RedisTrouble:
            self._calls.alone["spending"] += len(spent)
            return
        for each, (_, odd, missing) in zip(spent.values(), answers, strict=True):
            if odd:
                self._calls.found_odd("spending")
            full = each.rule.capacity * each.rule.period
            each.owe(min(int(missing) + each.cost * each.rule.period, full))
