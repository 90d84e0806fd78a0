"""Plays a scenario on a deployment, and judges what was recorded."""

import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.deployments import Deployment, Name
from tests.faults.invariants import doubled, violations
from tests.faults.recording import Final
from tests.faults.stage import PATIENCE, Stage, staged
from tests.faults.violations import Violation

EMBEDDED: tuple[Name, ...] = ("embedded",)
CLUSTER: tuple[Name, ...] = ("cluster",)


@dataclass(frozen=True)
class Scenario:
    """A fault: what is injected, where it can be, and the function that injects and heals it."""

    name: str
    injects: str
    play: Callable[[Stage], Awaitable[None]]
    on: tuple[Name, ...] = EMBEDDED + CLUSTER
    settings: Mapping[str, str] = field(default_factory=dict)
    short: tuple[Name, ...] = ()  # where it is part of the short form
    environment: Callable[[Path], dict[str, str]] | None = None
    prepare: Callable[[Path], Callable[[], object]] | None = None  # before the start; what it gives ends it


@dataclass
class Result:
    """What came out of one run."""

    scenario: str
    injects: str
    deployment: str
    seed: int
    seconds: float
    converged: float
    counts: dict[str, int]
    violated: dict[str, list[Violation]]
    logs: str = ""

    @property
    def holds(self) -> bool:
        """Whether every invariant does."""
        return not self.violated

    def __str__(self) -> str:
        said = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        verdict = "holds" if self.holds else f"VIOLATED {', '.join(self.violated)}"
        took = f"{self.converged:.1f} s to converge, {self.seconds:.0f} s in all"
        return f"{self.scenario} {self.deployment}: {said}, {took}; {verdict}"


def new_seed() -> int:
    """The seed of a run; TALKOOT_TEST_SEED repeats one."""
    return int(os.environ.get("TALKOOT_TEST_SEED") or random.randrange(2**32))


async def play(
    scenario: Scenario,
    name: Name,
    *,
    seed: int,
    seconds: float,
    environment: dict[str, str] | None = None,
    patience: float = PATIENCE,
) -> Result:
    """Run it from nothing to the verdict; `environment` is the nodes' in addition."""
    began = time.monotonic()
    root = _folder()
    undo = scenario.prepare(root) if scenario.prepare else None
    deployment = Deployment(name, root)
    own = scenario.environment(root) if scenario.environment else {}
    try:
        await deployment.start({**own, **(environment or {})}, **scenario.settings)
        chance = random.Random(seed)
        async with staged(deployment, chance, seconds=seconds) as stage:
            await stage.load(30, seconds=0.3)
            failed = await _failure(scenario, stage)
            converged = 0.0 if failed else await stage.converge(patience)
            final = Final({}) if failed else await stage.at_the_end()
            entries = list(stage.recording.entries)
            await stage.leave()
            if not failed:
                await stage.resources("after")
                measured = [*stage.recording.of("resources")]
                stage.recording.entries = [*entries, *measured[-len(deployment.nodes) :]]
        found = failed or {name: bad for name, bad in violations(stage.recording, final).items() if bad}
        counts = _counts(stage, found, doubled(final))
    finally:
        await deployment.stop()
        logs = "\n".join(node.log[-6000:] for node in deployment.nodes)
        if undo:
            undo()
        shutil.rmtree(root, ignore_errors=True)
    took = time.monotonic() - began
    return Result(
        scenario.name, scenario.injects, name, seed, round(took, 1), round(converged, 2), counts, found, logs
    )


async def _failure(scenario: Scenario, stage: Stage) -> dict[str, list[Violation]]:
    """Play it; what it expected in vain is a violation like others."""
    try:
        await scenario.play(stage)
    except Exception as error:  # noqa: BLE001 - the verdict says it, and the next run begins
        return {scenario.name: [Violation(repr(error) or "it failed")]}
    return {}


def _folder() -> Path:
    """One that the user of PostgreSQL can reach."""
    root = Path(tempfile.mkdtemp(prefix="talkoot-proof-"))
    root.chmod(0o755)
    return root


def _counts(stage: Stage, found: dict[str, list[Violation]], doubles: int) -> dict[str, int]:
    kinds = Counter(entry.kind for entry in stage.recording.entries)
    return {
        "operations": kinds["send"] + kinds["change"] + kinds["read"] + kinds["shown"] + kinds["subscribing"],
        "acknowledged": kinds["ack"] + kinds["changed"],
        "observed": kinds["event"],
        "connections": kinds["welcome"],
        "lost": len(found.get("I1", ())),
        "doubled": doubles,
        "reordered": len(found.get("I4", ())) + len(found.get("I9", ())),
        "leaked": len(found.get("I10", ())) + len(found.get("I11", ())),
    }
