"""The benchmarks work: what they count is right, at a tiny size; no timings."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bench import results
from bench.measuring import WORKLOADS
from bench.page import PAGE, render
from bench.reference import send_loop
from bench.rest import rest
from bench.server import Server
from bench.world import TINY, Bench, Place, populate

CASES = {
    "generator": {"reading one by one", "reading joined", "sending"},
    "fanout": {"saturated", "light", "light as the send limit", "reference saturated", "reference light"},
    "sends": {"one bare commit", "1 senders", "4 senders", "many rooms"},
    "memory": {"idle"},
    "history": {"fill", "last page", "deep page", "not modified"},
    "storm": {"all at once"},
    "start": {"first start", "later start"},
}


@dataclass(frozen=True, kw_only=True)
class OneServer(Bench):
    """All workloads on one server: its start is what takes long."""

    place: Place

    @contextmanager
    def server(self) -> Iterator[Place]:
        yield self.place


@pytest_asyncio.fixture(scope="module")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    with Server(folder / "data", pinned=False) as server:
        async with rest(server.host, server.port, 4) as api:
            world = await populate(api, TINY)
        place = Place(server.host, server.port, server.pid, world)
        yield OneServer(TINY, folder, folder / "data", world, send_loop.build(folder), place=place)


@pytest.mark.parametrize("name", WORKLOADS)
async def test_a_workload_measures_every_case(bench: Bench, name: str, tmp_path: Path) -> None:
    samples = await WORKLOADS[name](bench)
    results.begin(tmp_path, {"sizes": asdict(TINY)})
    results.keep(tmp_path, name, samples)
    cases = {sample["case"] for sample in json.loads((tmp_path / f"{name}.json").read_text())}
    reference = bench.reference is not None
    assert cases == {case for case in CASES[name] if reference or not case.startswith("reference")}
    assert all(sample["done"] > 0 for sample in samples if "done" in sample)


def test_the_page_tells_the_newest_results() -> None:
    assert PAGE.read_text() == render(results.FOLDER), "Write it again: python -m bench page"


def test_the_page_says_what_was_not_measured(tmp_path: Path) -> None:
    page = render(tmp_path)
    assert "| W1, 1,000 members, light: p99 latency | ≤ 50 ms | not measured |" in page
    assert "Nothing was measured yet." in page
