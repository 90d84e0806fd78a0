"""The run of `make proof`: every fault on every deployment, then every mutation, then the page."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.faults import page
from tests.faults.deployments import Name
from tests.faults.machine import machine
from tests.faults.mutations import MUTATIONS, Mutation, Verdict, check
from tests.faults.play import Result, Scenario, new_seed, play
from tests.faults.scenarios import SCENARIOS

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "proof"
ELSEWHERE = ROOT / ".talkoot" / "proof"
"""For a run of some faults only: it must not pass for the whole."""
SECONDS = 2.0


def main(arguments: list[str]) -> int:
    """Run it; 0 when every invariant held, and every mutation was seen."""
    given = parse(arguments)
    run = Run(given)
    say(f"Seed {given.seed}, {len(run.faults)} runs a round, {len(run.mutations)} defects on purpose")
    asyncio.run(run.play())
    say(f"The page is {run.write()}")
    bad = [result.again(given.seconds) for result in run.results if not result.holds]
    unseen = [str(verdict) for verdict in run.verdicts if not verdict.seen]
    say(*bad, *unseen, "It did not hold" if bad or unseen else "Everything held")
    return 1 if bad or unseen else 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser("make proof", description=__doc__)
    parser.add_argument("--seed", type=int, default=new_seed(), help="repeats a run, as far as chance goes")
    parser.add_argument(
        "--minutes", type=float, default=30, help="rounds are begun for so long; one at least"
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="how long faults last that end by time"
    )
    parser.add_argument("--only", type=lambda text: text.split(","), help="faults and mutations, by name")
    parser.add_argument("--deployment", choices=("embedded", "cluster"))
    parser.add_argument("--to", type=Path, help="folder of the page; docs/proof for a whole run")
    given = parser.parse_args(arguments)
    given.to = given.to or (ELSEWHERE if given.only or given.deployment else PAGES)
    return given


class Run:
    """A whole run; the page is written after each part of it, so that it is there however this ends."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.results: list[Result] = []
        self.verdicts: list[Verdict] = []
        self.faults = [(s, name) for s in SCENARIOS for name in s.on if self._chosen(s.name, name)]
        self.mutations = [m for m in MUTATIONS if self._chosen(m.name, m.on)]
        machine()  # as it is before this makes any load
        self._began = time.monotonic()
        self._done = 0

    async def play(self) -> None:
        """A round of all faults, all mutations, and more rounds until the time is over.

        What is played in the same round has the same seed, which is one more in the next.
        """
        seed = self.given.seed
        for scenario, name in self.faults:
            await self._fault(scenario, name, seed)
        for mutation in self.mutations:
            await self._mutation(mutation, seed)
        while self.faults and self._minutes() < self.given.minutes:
            seed += 1
            for scenario, name in self.faults:
                if self._minutes() < self.given.minutes:
                    await self._fault(scenario, name, seed)

    def write(self) -> Path:
        """The page as it is now."""
        return page.write(self.given.to, self.results, self.verdicts, self.given.seed, self._minutes())

    async def _fault(self, scenario: Scenario, name: Name, seed: int) -> None:
        self._progress(f"{scenario.name} {name}, seed {seed}: {scenario.injects}")
        result = await play(scenario, name, seed=seed, seconds=self.given.seconds)
        self.results.append(result)
        say(f"    {result}", *[f"    {note}" for note in result.notes])
        if not result.holds:
            say(*[f"    {bad} ({len(found)}): {found[0]}" for bad, found in result.violated.items()])
            say(f"    again: {result.again(self.given.seconds)}")
            self._keep_logs(result)
        self.write()

    async def _mutation(self, mutation: Mutation, seed: int) -> None:
        self._progress(f"{mutation.name}, seed {seed}: {mutation.breaks}")
        verdict = await check(mutation, seed=seed, seconds=self.given.seconds)
        self.verdicts.append(verdict)
        say(f"    {verdict}")
        self.write()

    def _keep_logs(self, result: Result) -> None:
        folder = ELSEWHERE / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{result.scenario}-{result.deployment}-{result.seed}.log"
        found = [f"{name}: {bad}" for name, violations in result.violated.items() for bad in violations]
        path.write_text("\n".join([*found, result.logs]), "utf-8")
        say(f"    what it said: {path}")

    def _progress(self, what: str) -> None:
        self._done += 1
        at_least = len(self.faults) + len(self.mutations)
        say(f"[{self._minutes():.1f} min, {self._done} of {max(self._done, at_least)}] {what}")

    def _minutes(self) -> float:
        return (time.monotonic() - self._began) / 60

    def _chosen(self, name: str, deployment: str) -> bool:
        given = self.given
        return (not given.only or name in given.only) and given.deployment in {None, deployment}


def say(*lines: str) -> None:
    """Show progress at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
