"""Which limits there are, and which numbers hold now: those that somebody chose, or those of the program."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec.structs import replace

from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import FieldError, Invalid
from talkoot.kernel.values import Value

Each = Literal["address", "token", "user", "account", "connection", "room", "server"]

LONGEST = 86_400  # seconds of a period
LEAST = 5  # nobody may choose less than a fifth, and so lock everybody out, themselves among them


class Rule(Value, frozen=True):
    """`limit` per `period_seconds`; a bucket lets `burst` (else `limit`) through at once.

    What several processes count is exact, or, for buckets only, added up soon after (`kernel.spending`).
    """

    name: str
    limit: int
    period_seconds: float
    burst: int | None = None
    kind: Literal["bucket", "window"] = "bucket"
    exact: bool = True

    @property
    def capacity(self) -> int:
        """The most that can go through at one moment."""
        return self.burst or self.limit

    @property
    def rate(self) -> float:
        """How many in a second, in the long run."""
        return self.limit / self.period_seconds

    @property
    def period(self) -> int:
        """The period in microseconds."""
        return round(self.period_seconds * SECOND)


class Numbers(Value, frozen=True):
    """`limit` per `period_seconds`; a bucket lets `burst` through at once, if it is not None."""

    limit: int
    period_seconds: int
    burst: int | None = None

    @property
    def rate(self) -> float:
        """In a second."""
        return self.limit / self.period_seconds

    @property
    def capacity(self) -> int:
        """At one moment."""
        return self.burst or self.limit


class Limit(Value, frozen=True):
    """A rule that can be changed while the program runs. `each` says whose, `counts` what is counted.

    Nobody chooses less than a fifth of its numbers, or more than `most` times as much.
    """

    rule: Rule
    each: Each
    counts: str
    most: int = 100

    @property
    def default(self) -> Numbers:
        """What holds while nobody chooses."""
        rule = self.rule
        return Numbers(rule.limit, round(rule.period_seconds), rule.burst)

    @property
    def lowest(self) -> Numbers:
        """The least that can be chosen, in the period of the default."""
        return self._times(1 / LEAST)

    @property
    def highest(self) -> Numbers:
        """The most that can be chosen, in the period of the default."""
        return self._times(self.most)

    def _times(self, factor: float) -> Numbers:
        default = self.default
        burst = default.burst and math.ceil(default.burst * factor)
        return Numbers(math.ceil(default.limit * factor), default.period_seconds, burst)

    def require(self, numbers: Numbers) -> None:
        """Raise Invalid, which names the bounds, for numbers that can not be chosen."""
        wrong, low, high = [], self.lowest, self.highest
        if not 1 <= numbers.period_seconds <= LONGEST:
            wrong.append(
                FieldError("period_seconds", "out_of_bounds", f"A period has 1 to {LONGEST} seconds")
            )
        elif not low.rate <= numbers.rate <= high.rate:
            told = f"Between {low.limit} and {high.limit} in {low.period_seconds} s, in any period as often"
            wrong.append(FieldError("limit", "out_of_bounds", told))
        if numbers.burst is not None and self.rule.kind == "window":
            wrong.append(FieldError("burst", "not_for_windows", "What is counted in a window has no burst"))
        elif not low.capacity <= numbers.capacity <= high.capacity:
            told = f"Between {low.capacity} and {high.capacity} at one moment"
            wrong.append(FieldError("burst", "out_of_bounds", told))
        if wrong:
            raise Invalid(f"{self.rule.name}: {'; '.join(f.detail for f in wrong)}", fields=tuple(wrong))


class LimitBook:
    """All limits by name, and what was chosen for them."""

    def __init__(self, limits: Iterable[Limit] = (), *, enforced: bool = True) -> None:
        self.limits = {limit.rule.name: limit for limit in limits}
        self.enforced = enforced
        """Whether anything is limited at all."""
        self.on_change: list[Callable[[], None]] = []
        self._chosen: dict[str, Numbers] = {}
        self._rules: dict[str, Rule] = {}

    def now(self, rule: Rule) -> Rule:
        """The rule with the numbers that hold now."""
        return self._rules.get(rule.name, rule)

    def numbers(self, name: str) -> Numbers:
        """What holds now."""
        return self._chosen.get(name) or self.limits[name].default

    def choose(self, chosen: Mapping[str, Numbers]) -> None:
        """From now on these hold, and the program's own for all that is not among them.

        What another version chose, and is none of ours or out of bounds here, counts as not chosen.
        """
        known = {name: numbers for name, numbers in chosen.items() if self._fits(name, numbers)}
        if known == self._chosen:
            return
        self._chosen = known
        self._rules = {name: _rule(self.limits[name].rule, numbers) for name, numbers in known.items()}
        for call in self.on_change:
            call()

    def _fits(self, name: str, numbers: Numbers) -> bool:
        try:
            self.limits[name].require(numbers)
        except (KeyError, Invalid):
            return False
        return True


def _rule(rule: Rule, numbers: Numbers) -> Rule:
    """Counted under a name of its own: what was counted by other numbers means something else."""
    name = f"{rule.name}~{numbers.limit}~{numbers.period_seconds}~{numbers.burst or ''}"
    return replace(
        rule, name=name, limit=numbers.limit, period_seconds=numbers.period_seconds, burst=numbers.burst
    )
