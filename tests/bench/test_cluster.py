"""The cluster under load: what is counted is right, at a tiny size; no timings."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench import results
from bench.cluster.page import section
from bench.cluster.resume import CASES

SMALL = {"people": 24, "clients": 24, "sockets": 60, "members": 24, "seconds": 0.2, "repeats": 1}
TINY = [f"--{name}={value}" for name, value in SMALL.items()]


@pytest.mark.timeout(300)  # a whole cluster, and everything that is measured on it
def test_every_workload_counts_right_and_is_told(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "bench", "cluster", *TINY, "--results", str(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert not done.returncode, done.stdout + done.stderr
    [(about, samples)] = results.all_of(tmp_path, "cluster")
    assert about["nodes"] == 3
    assert [s["nodes"] for s in samples if s["workload"] == "sends" and s["done"] > 0] == [1, 2, 3]
    journeys = [s for s in samples if s["workload"] == "bus"]
    assert [s["case"] for s in journeys] == ["one by one", "ten at once", "hundred at once"]
    assert all(s["publish_us"] > 0 < s["hear_us"] for s in journeys)
    resumed = [s for s in samples if s["workload"] == "resume"]
    assert [(s["case"], s["clients"]) for s in resumed] == [(case, 24) for case in CASES]
    for sample in resumed:
        assert sample["of_events"] <= sample["nodes"], sample
        assert 0 < sample["statements"] < sample["clients"], sample
    [held] = [s for s in samples if s["workload"] == "held"]
    assert held["lost"] == 20
    assert held["sends_acknowledged"] > 0
    assert held["sends_failed"] == 0
    assert [s["case"] for s in samples if s["workload"] == "stalled" and s["done"] > 0] == [
        "all read",
        "5% stand still",
        "all read again",
    ]
    page = "\n".join(section(tmp_path))
    for told in ("| 3 | ", "| ten at once | ", "24 come back", "60 sockets", "1 of 24 members stop reading"):
        assert told in page


def test_nothing_is_told_where_nothing_was_measured(tmp_path: Path) -> None:
    assert not list(section(tmp_path))
