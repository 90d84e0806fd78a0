"""Questions that wait at the same moment: answered together, in order, and by nothing older than they are."""

import asyncio
import itertools
from collections.abc import Callable, Sequence

import pytest

from talkoot.kernel.errors import NotFound, RateLimited
from talkoot.kernel.together import Together


class Asked:
    """Answers with twice the number, when it is let; remembers the batches."""

    def __init__(
        self, at_once: int = 4, weight: Callable[[int], int] = lambda _: 1, patience: float = 60.0
    ) -> None:
        self.batches: list[list[int]] = []
        self.begun = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()
        self.together = Together[int, int](self._answer, at_once=at_once, weight=weight, patience=patience)

    async def _answer(self, questions: Sequence[int]) -> list[int | NotFound]:
        self.batches.append([*questions])
        self.begun.set()
        await self.open.wait()
        if 13 in questions:
            raise ZeroDivisionError
        return [NotFound("negative") if question < 0 else question * 2 for question in questions]


async def test_who_asks_at_the_same_moment_is_answered_together_and_in_order() -> None:
    asked = Asked()
    futures = [asked.together.ask(number) for number in range(10)]
    assert await asyncio.gather(*futures) == [number * 2 for number in range(10)]
    assert asked.batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert await asked.together.ask(10) == 20


async def test_nobody_is_answered_from_a_reading_that_began_before_they_asked() -> None:
    asked = Asked()
    asked.open.clear()
    first = asked.together.ask(1)
    await asked.begun.wait()
    later = [asked.together.ask(number) for number in (1, 2)]
    asked.open.set()
    assert await asyncio.gather(first, *later) == [2, 2, 4]
    assert asked.batches == [[1], [1, 2]]


async def test_a_batch_is_as_heavy_as_allowed_or_a_single_question() -> None:
    asked = Asked(at_once=5, weight=lambda number: number)
    await asyncio.gather(*[asked.together.ask(number) for number in (2, 3, 1, 9, 4, 2)])
    assert asked.batches == [[2, 3], [1], [9], [4], [2]]


async def test_between_two_batches_others_have_their_turn() -> None:
    asked = Asked(at_once=1)
    futures = [asked.together.ask(number) for number in range(20)]
    turns = []
    while not all(future.done() for future in futures):
        await asyncio.sleep(0)
        turns.append(len(asked.batches))
    assert max(after - before for before, after in itertools.pairwise(turns)) <= 1


async def test_one_is_refused_alone_and_all_when_the_reading_failed() -> None:
    asked = Asked()
    outcomes = await asyncio.gather(
        *[asked.together.ask(number) for number in (1, -1, 2, 3)],
        *[asked.together.ask(number) for number in (13, 4)],
        return_exceptions=True,
    )
    assert outcomes[0] == 2
    assert isinstance(outcomes[1], NotFound)
    assert outcomes[2:4] == [4, 6]
    assert all(isinstance(outcome, ZeroDivisionError) for outcome in outcomes[4:])
    assert await asked.together.ask(5) == 10


async def test_who_has_gone_is_not_asked_for_and_who_waited_too_long_is_refused() -> None:
    asked = Asked(at_once=1, patience=0.5)
    asked.open.clear()
    first, gone, late = [asked.together.ask(number) for number in (1, 2, 3)]
    await asked.begun.wait()
    gone.cancel()
    await asyncio.sleep(0.6)  # longer than the patience, which a slow machine must not use up by itself
    fresh = asked.together.ask(4)
    asked.open.set()
    assert await first == 2
    with pytest.raises(RateLimited) as refusal:
        await late
    assert refusal.value.retry_after is not None
    assert await fresh == 8
    assert asked.batches == [[1], [4]]
