"""The short form of `make proof`: some faults and some mutations; the long form has all of them."""

import shutil
from dataclasses import replace

import pytest

from tests.faults.deployments import Name
from tests.faults.mutations import MUTATIONS, Mutation, check, mutate
from tests.faults.play import FAILED, Scenario, new_seed, play
from tests.faults.scenarios import SCENARIOS

SHORT_SECONDS = 0.3
SHORT: list[tuple[Scenario, Name]] = [(scenario, name) for scenario in SCENARIOS for name in scenario.short]


@pytest.mark.parametrize(("scenario", "name"), SHORT, ids=[f"{s.name}-{name}" for s, name in SHORT])
async def test_a_fault_breaks_no_invariant(scenario: Scenario, name: Name) -> None:
    seed = new_seed()
    print(f"TALKOOT_TEST_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    result = await play(scenario, name, seed=seed, seconds=SHORT_SECONDS)
    shown = {name: [*map(str, bad[:5])] for name, bad in result.violated.items()}
    assert result.holds, f"{result}\n{shown}\n{result.again(SHORT_SECONDS)}\n{result.logs}"
    assert result.injected
    assert result.counts["acknowledged"] >= 40


async def test_a_run_in_which_nothing_was_injected_fails() -> None:
    faultless = replace(next(s for s in SCENARIOS if s.harmless), harmless=False)
    result = await play(faultless, "embedded", seed=new_seed(), seconds=SHORT_SECONDS)
    assert [*result.violated] == [FAILED]
    assert "nothing was injected" in str(result.violated[FAILED][0])


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.short], ids=lambda m: m.name)
async def test_the_checker_sees_what_is_broken_on_purpose(mutation: Mutation) -> None:
    verdict = await check(mutation, seed=new_seed(), seconds=SHORT_SECONDS)
    assert verdict.seen, str(verdict)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_every_mutation_fits_the_source(mutation: Mutation) -> None:
    shutil.rmtree(mutate(mutation))
