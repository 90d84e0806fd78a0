"""The short form of `make proof`: some faults and some mutations; the long form has all of them."""

import shutil

import pytest

from tests.faults.deployments import Name
from tests.faults.mutations import MUTATIONS, Mutation, check, mutate
from tests.faults.play import Scenario, new_seed, play
from tests.faults.scenarios import SCENARIOS

SHORT: list[tuple[Scenario, Name]] = [(scenario, name) for scenario in SCENARIOS for name in scenario.short]


@pytest.mark.parametrize(("scenario", "name"), SHORT, ids=[f"{s.name}-{name}" for s, name in SHORT])
async def test_a_fault_breaks_no_invariant(scenario: Scenario, name: Name) -> None:
    seed = new_seed()
    print(f"TALKOOT_TEST_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    result = await play(scenario, name, seed=seed, seconds=0.3)
    assert not result.violated, f"{result}\n{ {n: [*map(str, v[:5])] for n, v in result.violated.items()} }"
    assert result.counts["acknowledged"] > 50


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.short], ids=lambda m: m.name)
async def test_the_checker_sees_what_is_broken_on_purpose(mutation: Mutation) -> None:
    verdict = await check(mutation, seed=new_seed(), seconds=0.3)
    assert verdict.seen, str(verdict)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_every_mutation_fits_the_source(mutation: Mutation) -> None:
    shutil.rmtree(mutate(mutation))
