"""Plays a scenario on a deployment, and judges what was recorded."""

import asyncio
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
from tests.faults.recording import Final, Recording
from tests.faults.stage import PATIENCE, Stage, staged
from tests.faults.violations import Violation

EMBEDDED: tuple[Name, ...] = ("embedded",)
CLUSTER: tuple[Name, ...] = ("cluster",)
LONGEST = 420.0
"""Seconds after which a run is given up, so that the next one begins."""
FAILED = "run"
"""What stands in the place of an invariant when the run itself failed."""


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
    apart: bool = False  # the last node is in a network namespace of its own
    harmless: bool = False  # there is nothing to inject


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
    injected: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    logs: str = ""

    @property
    def holds(self) -> bool:
        """Whether every invariant does."""
        return not self.violated

    def again(self, seconds: float) -> str:
        """The command that plays it once more."""
        what = f"--only {self.scenario} --deployment {self.deployment} --seed {self.seed}"
        return f'make proof ARGS="{what} --seconds {seconds:g} --minutes 0"'

    def __str__(self) -> str:
        said = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        verdict = "holds" if self.holds else f"VIOLATED {', '.join(self.violated)}"
        broken = ", ".join(f"{what} {times:g}x" for what, times in self.injected.items())
        took = f"{self.converged:.1f} s to converge, {self.seconds:.0f} s in all"
        return f"{self.scenario} {self.deployment}: injected {broken or 'NOTHING'}; {said}, {took}; {verdict}"


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
    run = _Run(scenario, name, seed)
    undo: Callable[[], object] | None = None
    deployment: Deployment | None = None
    try:
        undo = scenario.prepare(root) if scenario.prepare else None
        deployment = Deployment(name, root, apart=scenario.apart)
        own = scenario.environment(root) if scenario.environment else {}
        async with asyncio.timeout(LONGEST):
            await deployment.start({**own, **(environment or {})}, **scenario.settings)
            await run.through(deployment, seconds, patience)
    except Exception as error:  # noqa: BLE001 - the page says it, and the next run begins
        run.found.setdefault(FAILED, []).append(Violation(f"{error!r}"[:1500]))
    finally:
        if deployment is not None:
            await _stopped(deployment, run)
        if undo:
            undo()
        shutil.rmtree(root, ignore_errors=True)
    return run.result(time.monotonic() - began)


@dataclass
class _Run:
    """What is known of one run so far."""

    scenario: Scenario
    name: str
    seed: int
    stage: Stage | None = None
    final: Final = field(default_factory=lambda: Final({}))
    converged: float = 0.0
    found: dict[str, list[Violation]] = field(default_factory=dict)
    logs: str = ""

    async def through(self, deployment: Deployment, seconds: float, patience: float) -> None:
        """Load, fault, healing, and the verdict."""
        async with staged(deployment, random.Random(self.seed), seconds=seconds) as stage:
            self.stage = stage
            await stage.load(30, seconds=0.3)
            self.found = await _failure(self.scenario, stage)
            if self.found:
                return
            self.converged = await stage.converge(patience)
            self.final = await stage.at_the_end()
            entries = list(stage.recording.entries)
            await stage.leave()
            await stage.resources("after")
            measured = [*stage.recording.of("resources")]
            stage.recording.entries = [*entries, *measured[-len(deployment.nodes) :]]
            self.found = {name: bad for name, bad in violations(stage.recording, self.final).items() if bad}

    def result(self, took: float) -> Result:
        """What came out of it."""
        scenario, stage = self.scenario, self.stage
        recording = stage.recording if stage else Recording()
        return Result(
            scenario.name,
            scenario.injects,
            self.name,
            self.seed,
            round(took, 1),
            round(self.converged, 2),
            _counts(recording, self.found, doubled(self.final)),
            self.found,
            _injected(recording),
            stage.notes if stage else [],
            self.logs,
        )


async def _stopped(deployment: Deployment, run: _Run) -> None:
    try:
        await deployment.stop()
    except Exception as error:  # noqa: BLE001 - as above
        run.found.setdefault(FAILED, []).append(Violation(f"it could not be stopped: {error!r}"))
    run.logs = "\n".join(node.log[-6000:] for node in deployment.nodes if node.started)


async def _failure(scenario: Scenario, stage: Stage) -> dict[str, list[Violation]]:
    """Play it; what it expected in vain is a violation like others, and so is a fault that never came."""
    try:
        await scenario.play(stage)
        if scenario.harmless:
            stage.injected("nothing")
        assert any(stage.recording.of("injected")), "nothing was injected"
    except Exception as error:  # noqa: BLE001 - the verdict says it, and the next run begins
        return {FAILED: [Violation(f"{error!r}"[:1500])]}
    return {}


def _injected(recording: Recording) -> dict[str, float]:
    """How often what was injected."""
    found: Counter[str] = Counter()
    for entry in recording.of("injected"):
        found[entry.data["what"]] += entry.data["times"]
    return dict(found)


def _folder() -> Path:
    """One that the user of PostgreSQL can reach."""
    root = Path(tempfile.mkdtemp(prefix="talkoot-proof-"))
    root.chmod(0o755)
    return root


def _counts(recording: Recording, found: dict[str, list[Violation]], doubles: int) -> dict[str, int]:
    kinds = Counter(entry.kind for entry in recording.entries)
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
