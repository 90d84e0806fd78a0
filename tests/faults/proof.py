"""The run of `make proof`: every fault on every deployment, then every mutation, then the page."""

import argparse
import asyncio
import random
import sys
import time
from pathlib import Path

from tests.faults import page
from tests.faults.mutations import MUTATIONS, Verdict, check
from tests.faults.play import Result, new_seed, play
from tests.faults.scenarios import SCENARIOS

PAGES = Path(__file__).parents[2] / "docs" / "proof"


def main(arguments: list[str]) -> int:
    """Run it; 0 when every invariant held, and every mutation was seen."""
    given = parse(arguments)
    began = time.monotonic()
    say(f"TALKOOT_TEST_SEED={given.seed}")
    results, verdicts = asyncio.run(run(given, began + 60 * given.minutes))
    minutes = (time.monotonic() - began) / 60
    say(f"The page is {page.write(given.to, results, verdicts, given.seed, minutes)}")
    return 0 if all(result.holds for result in results) and all(v.seen for v in verdicts) else 1


def parse(arguments: list[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser("make proof", description=__doc__)
    parser.add_argument("--seed", type=int, default=new_seed(), help="repeats a run, as far as chance goes")
    parser.add_argument(
        "--minutes", type=float, default=30, help="rounds are begun for so long; one at least"
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="how long faults last that end by time")
    parser.add_argument("--only", type=lambda text: text.split(","), help="faults and mutations, by name")
    parser.add_argument("--deployment", choices=("embedded", "cluster"))
    parser.add_argument("--to", type=Path, default=PAGES, help="folder of the page, docs/proof")
    return parser.parse_args(arguments)


async def run(given: argparse.Namespace, until: float) -> tuple[list[Result], list[Verdict]]:
    """All mutations once, and rounds of all faults until the time is over."""
    chance = random.Random(given.seed)
    verdicts = []
    for mutation in MUTATIONS:
        if chosen(given, mutation.name, mutation.on):
            verdict = await check(mutation, seed=chance.randrange(2**32), seconds=given.seconds)
            say(str(verdict))
            verdicts.append(verdict)
    results = await a_round(given, chance)
    while results and time.monotonic() < until:
        results += await a_round(given, chance)
    return results, verdicts


async def a_round(given: argparse.Namespace, chance: random.Random) -> list[Result]:
    """Every fault once, on every deployment that it is for."""
    results = []
    for scenario in SCENARIOS:
        for name in scenario.on:
            if chosen(given, scenario.name, name):
                result = await play(scenario, name, seed=chance.randrange(2**32), seconds=given.seconds)
                say(str(result), *[f"    {bad}: {found[0]}" for bad, found in result.violated.items()])
                results.append(result)
    return results


def chosen(given: argparse.Namespace, name: str, deployment: str) -> bool:
    """Whether it was asked for."""
    return (not given.only or name in given.only) and given.deployment in {None, deployment}


def say(*lines: str) -> None:
    """Show progress at once."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
