"""Results on disk: one folder a run, with a file for each workload, and what it was measured on."""

import json
import time
from pathlib import Path
from typing import Any

from bench.machine import ROOT

FOLDER = ROOT / "bench" / "results"
RUN = "run.json"
DURABLE = "every message was committed with SQLite's synchronous=FULL before it was acknowledged or delivered"


def unused(results: Path, topic: str) -> Path:
    """A folder for a new run, named after the day and the topic."""
    first = of_today(results, topic)
    names = (first.name + (f"-{n}" if n > 1 else "") for n in range(1, 1000))
    return next(results / name for name in names if not (results / name / RUN).exists())


def begin(folder: Path, about: dict[str, Any]) -> None:
    """Write down what it is measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    _write(folder / RUN, {"started": started, "durability": DURABLE, **about})


def of_today(results: Path, topic: str) -> Path:
    """Where today's first run of a topic is kept; profiles and figures of peers may be there before it."""
    return results / f"{time.strftime('%Y-%m-%d', time.gmtime())}-{topic}"


def keep(folder: Path, workload: str, samples: list[dict[str, Any]]) -> None:
    """The raw samples of one workload."""
    _write(folder / f"{workload}.json", samples)


def runs(results: Path) -> list[tuple[Path, dict[str, Any]]]:
    """All runs, the newest first."""
    found = [(path.parent, json.loads(path.read_text())) for path in results.glob(f"*/{RUN}")]
    return sorted(found, key=lambda run: str(run[1].get("started", "")), reverse=True)


def all_of(results: Path, workload: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each run that has this workload, with its samples; the newest first."""
    return [
        ({**about, "folder": folder.name}, json.loads(path.read_text()))
        for folder, about in runs(results)
        if (path := folder / f"{workload}.json").exists()
    ]


def _write(path: Path, what: Any) -> None:
    if isinstance(what, list):  # a line for each sample
        text = "[\n" + ",\n".join(json.dumps(sample, separators=(",", ":")) for sample in what) + "\n]"
    else:
        text = json.dumps(what, indent=1)
    path.write_text(text + "\n")
