"""docs/performance.md is what the results say, and says first what is bad."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bench import results
from bench.page import PAGE, PICTURES_AT, render, write_page
from bench.world import Sizes

ABOUT: dict[str, Any] = {
    "sizes": {**vars(Sizes()), "fanouts": [1000]},
    "reference": True,
    "changed": False,
    "commit": "c" * 40,
    "cores": 2,
    "cpu": "a CPU",
    "memory_gib": 4,
    "kernel": "6",
    "file_system": "ext4",
    "python": "3",
    "sqlite": "3",
    "libraries": {},
    "load_average": [0.0],
}
TIMES = {"p50_ms": 1.0, "p99_ms": 7.0, "max_ms": 9.0, "samples": 3, "quantiles_ms": [1.0, 2.0, 7.0]}


def sample(case: str, cpu: float, **more: Any) -> dict[str, Any]:
    busy = {"server_share": 0.5, "generator_share": 0.4, "cpu_us": cpu, "per_second": 1e6 / cpu}
    return {"case": case, "repeat": 0, "members": 1000, **busy, "latency": TIMES, "ack": TIMES, **more}


def run(kept: Path, name: str, **workloads: list[dict[str, Any]]) -> Path:
    results.begin(kept / name, ABOUT)
    for workload, samples in workloads.items():
        results.keep(kept / name, workload, samples)
    return kept / name


def row(page: str, begin: str) -> str:
    return next(line for line in page.splitlines() if line.startswith(f"| {begin}"))


def test_the_page_tells_the_newest_results() -> None:
    page, pictures = render(results.FOLDER)
    again = "Write it again: python -m bench page"
    assert PAGE.read_text() == page, again
    folder = PAGE.parent / PICTURES_AT
    assert {path.name: path.read_text() for path in folder.glob("*.svg")} == pictures, again


def test_the_results_stay_small() -> None:
    everything = sum(path.stat().st_size for path in results.FOLDER.rglob("*.json"))
    assert everything < 1_500_000


def test_the_page_says_what_was_not_measured(tmp_path: Path) -> None:
    page, pictures = render(tmp_path)
    assert row(page, "W1, 1,000 members, light: p99 latency").split(" | ")[1] == "not measured"
    assert "light: p99 latency (not measured)" in page
    assert "Nothing was measured yet." in page
    assert pictures == {}


def test_each_level_of_the_targets_has_its_answer(tmp_path: Path) -> None:
    run(tmp_path, "2026-01-01-a", fanout=[sample("saturated", 1.5), sample("light", 1.0)])
    cells = row(render(tmp_path)[0], "W1, 1,000 members, saturated: CPU per delivery").split(" | ")
    assert cells[2:5] == ["≤ 8 µs: yes", "≤ 2 µs: yes", "≤ 0.6 µs: **no**"]


def test_a_sample_with_a_busy_generator_is_marked(tmp_path: Path) -> None:
    run(tmp_path, "2026-01-01-a", fanout=[sample("saturated", 1.5, generator_share=0.9, generator_busy=True)])
    page, _ = render(tmp_path)
    assert "1.5 µs †" in row(page, "W1, 1,000 members, saturated: CPU per delivery")
    assert "- fanout, saturated, members 1000: 90%" in page


def test_the_first_run_stands_beside_the_newest(tmp_path: Path) -> None:
    old = run(tmp_path, "2026-01-01-a", fanout=[sample("saturated", 5.0)])
    about = json.loads((old / results.RUN).read_text())
    (old / results.RUN).write_text(json.dumps(about | {"started": "2026-01-01T00:00:00Z"}))
    run(tmp_path, "2026-01-02-b", fanout=[sample("saturated", 1.5)])
    cells = row(render(tmp_path)[0], "W1, 1,000 members, saturated: CPU per delivery").split(" | ")
    assert (cells[1], cells[5]) == ("1.5 µs", "5")


def test_what_a_peer_does_better_comes_first(tmp_path: Path) -> None:
    titles = {"talkoot": "Talkoot", "fast": "Fast", "slow": "Slow", "broken": "Broken"}
    peers = [
        {"name": n, "title": t, "versions": "1", "durable": "no", "how": "So."} for n, t in titles.items()
    ]
    samples = [
        {"peer": "talkoot", "case": "W3", "repeat": 0, "kib_per_connection": 10.0},
        {"peer": "fast", "case": "W3", "repeat": 0, "kib_per_connection": 4.0},
        {"peer": "slow", "case": "W3", "repeat": 0, "kib_per_connection": 40.0},
        {"peer": "talkoot", **sample("W2", 100.0)},
        {"peer": "slow", **sample("W2", 900.0)},
        {"peer": "talkoot", "case": "W5", "repeat": 0, "failed": "RuntimeError: it did not start"},
        {"peer": "slow", **sample("W5", 100.0)},
        {"peer": "broken", "case": "W2", "repeat": 0, "failed": "TimeoutError: too late"},
    ]
    folder = tmp_path / "2026-01-01-peers"
    folder.mkdir()
    (folder / "peers.json").write_text(json.dumps({"peers": peers, "samples": samples}))
    page, pictures = render(tmp_path)
    worse = page.split("\n## ")[1]
    assert worse.startswith("Where others are better")
    assert "- W3: memory of a connection, KiB: Talkoot 10; better: Fast 4." in worse
    assert "- W5: connections, /s: Talkoot has no figure; better: Slow 10,000." in worse
    assert "W2" not in worse
    assert "- Broken, W2: TimeoutError: too late" in page
    assert all(title in pictures["peers.svg"] for title in titles.values())


@pytest.mark.parametrize("name", ["latency.svg", "fanout.svg", "sends.svg", "memory.svg"])
def test_a_picture_has_its_axes_and_units(tmp_path: Path, name: str) -> None:
    fanout = [sample(case, 2.0) for case in ("saturated", "light", "reference light")]
    sends = [sample(f"{n} senders", 50.0, senders=n, database="sqlite") for n in (1, 256)]
    sizes = [{"after_bytes": 1e8, "kib_per_connection": 9.0, "connections": n} for n in (0, 10_000)]
    memory = [{"case": "idle", "repeat": 0, **size} for size in sizes]
    run(tmp_path / "results", "2026-01-01-a", fanout=fanout, sends=sends, memory=memory)
    write_page(tmp_path / "results", tmp_path / "performance.md")
    drawn = ET.fromstring((tmp_path / PICTURES_AT / name).read_text())  # noqa: S314 - our own
    texts = [text.text or "" for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert any(unit in text for text in texts for unit in ("ms", "µs", "/ s", "MiB"))
    assert any(word in text for text in texts for word in ("members", "senders", "connections", "share"))
