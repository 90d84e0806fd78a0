"""The benchmarks work: what they count is right, at a tiny size; no timings."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bench import results
from bench.measuring import NUMBERS, WORKLOADS
from bench.reference import send_loop
from bench.rest import rest
from bench.server import Server
from bench.world import TINY, Bench, Place, populate
from tests.servers.postgres import Postgres

CASES = {
    "generator": {"reading one by one", "reading joined", "sending"},
    "fanout": {"saturated", "light", "light as the send limit", "reference saturated", "reference light"},
    "sends": {"one bare commit", "1 senders", "4 senders", "many rooms"},
    "memory": {"idle"},
    "history": {"fill", "last page", "deep page", "not modified"},
    "storm": {"all at once"},
    "search": {"rebuild", "three words", "three common words"},
    "start": {"first start", "later start"},
}


@dataclass(frozen=True, kw_only=True)
class OneServer(Bench):
    """All workloads on one server: its start is what takes long."""

    place: Place
    cluster: Postgres

    @contextmanager
    def server(self) -> Iterator[Place]:
        yield self.place

    @contextmanager
    def postgresql(self) -> Iterator[Postgres | None]:
        yield self.cluster


@pytest_asyncio.fixture(scope="module")
async def bench(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> AsyncIterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    with Server(folder / "data", pinned=False) as server:
        async with rest(server.host, server.port, 4) as api:
            world = await populate(api, TINY)
        place = Place(server.host, server.port, server.pid, world)
        reference = send_loop.build(folder)
        yield OneServer(TINY, folder, folder / "data", world, reference, place=place, cluster=postgres)


@pytest.mark.parametrize("name", CASES)
async def test_a_workload_measures_every_case(bench: Bench, name: str, tmp_path: Path) -> None:
    samples = await WORKLOADS[name](bench)
    results.begin(tmp_path, {"sizes": asdict(TINY)})
    results.keep(tmp_path, name, samples)
    kept = json.loads((tmp_path / f"{name}.json").read_text())
    assert kept == json.loads(json.dumps(samples))
    reference = bench.reference is not None
    needs = ("reference", "light as", "reading", "sending")
    assert {sample["case"] for sample in kept} == {
        case for case in CASES[name] if reference or not case.startswith(needs)
    }
    assert all(sample["done"] > 0 for sample in kept if "done" in sample)
    for sample in kept:
        for part in ("latency", "ack"):
            if times := sample.get(part, {}).get("quantiles_ms"):
                assert 0 < times[0] <= times[-1] <= sample[part]["max_ms"] + 0.001
                assert times == sorted(times)


def test_each_workload_has_a_case_here_and_a_number() -> None:
    assert set(CASES) == set(WORKLOADS)
    assert set(NUMBERS.values()) <= set(WORKLOADS)
    assert list(NUMBERS) == [f"W{n}" for n in range(1, len(NUMBERS) + 1)]
