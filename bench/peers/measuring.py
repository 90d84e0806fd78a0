"""The run: one server after the other, each started afresh for each repeat."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from bench.peers import sites
from bench.peers.cases import Sample, Step, entering, many_rooms
from bench.peers.guest import Guest
from bench.peers.table import PEERS, REFERENCE, STEPS, TALKOOT
from bench.world import Bench, Sizes

FRAME = 460  # of the reference, as long as none of Talkoot was seen
PATIENCE = 60.0  # for one step
Say = Callable[[str], None]


class Run:
    """Collects the samples; a step that failed once is not tried again."""

    def __init__(self, bench: Bench, say: Say) -> None:
        self.samples: list[Sample] = []
        self._bench, self._say = bench, say
        self._frame = FRAME
        self._failed: set[tuple[str, Step]] = set()

    async def repeat(self, name: str, repeat: int) -> None:
        """All steps of one server; after a failure the next ones get a fresh one."""
        steps = [step for step in PEERS[name].steps if (name, step) not in self._failed]
        while steps:
            try:
                with self._site(name) as site:
                    while steps and await self._step(name, repeat, steps.pop(0), site):
                        pass
            except (RuntimeError, OSError) as error:  # it did not start
                for step in steps:
                    self._fail(name, step, repeat, list(STEPS[step]), error)
                return

    async def _step(self, name: str, repeat: int, step: Step, site: sites.Site) -> bool:
        cases = list(STEPS[step])
        try:
            async with asyncio.timeout(PATIENCE):
                async for sample in step(site, self._sizes(name, step)):
                    self._keep(name, repeat, *cases.pop(0), sample)
        except Exception as error:  # noqa: BLE001 - whatever a peer does wrong is a result
            self._fail(name, step, repeat, cases, error)
            self._say(f"its logs end with: {site.said()}")
            return False
        return True

    def _sizes(self, name: str, step: Step) -> Sizes:
        sizes = self._bench.sizes
        longer = PEERS[name].longer if step in {entering, many_rooms} else 1
        return replace(sizes, seconds=sizes.seconds * longer)

    def _keep(self, name: str, repeat: int, case: str, size: int, sample: Sample) -> None:
        for part in ("latency", "ack"):
            if part in sample:
                del sample[part]["quantiles_ms"]
        members = {} if size < 0 else {"members": sorted(self._bench.sizes.fanouts)[-1 - size]}
        self.samples.append({"peer": name, "case": case, **members, "repeat": repeat, **sample})
        if name == TALKOOT and sample.get("frame_bytes"):
            self._frame = sample["frame_bytes"]

    def _fail(
        self, name: str, step: Step, repeat: int, cases: list[tuple[str, int]], error: BaseException
    ) -> None:
        self._failed.add((name, step))
        reason = _reason(error)
        for case, size in cases:
            self._keep(name, repeat, case, size, {"failed": reason})
            self._say(f"{name} failed in {case}: {reason}")
            reason = "not reached"

    def _site(self, name: str) -> AbstractContextManager[sites.Site]:
        bench = self._bench
        if name == TALKOOT:
            return sites.talkoot(bench)
        if name == REFERENCE:
            if bench.reference is None:
                raise RuntimeError("there is no C compiler here")
            return sites.reference(bench.reference, self._frame, bench.sizes)
        kind = PEERS[name].kind
        assert issubclass(kind, Guest)
        return sites.peer(name, kind, PEERS[name].in_flight, bench.folder / name, bench.sizes)


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, TimeoutError) and not str(error):
        return "it did not come to an end in time"
    return f"{type(error).__name__}: {error}"[:400]
