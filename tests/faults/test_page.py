"""The page of a run: it tells what happened, and passes the checks of all pages as it was written."""

import json
import re
from pathlib import Path

from tests.faults.invariants import INVARIANTS
from tests.faults.mutations import Verdict
from tests.faults.page import COUNTS, write
from tests.faults.play import FAILED, Result
from tests.faults.violations import Violation
from tools.in_web import run


def result(scenario: str, deployment: str = "embedded", **more: object) -> Result:
    counts = dict.fromkeys((*COUNTS, "observed", "connections"), 12345)
    told = {"violated": {}, "injected": {"SIGKILL of a node": 3}, **more}
    return Result(scenario, "kill -9 | at random moments", deployment, 7, 12.5, 0.25, counts, **told)  # type: ignore[arg-type]


def test_the_page_tells_what_held_and_what_did_not(tmp_path: Path) -> None:
    bad = {
        "I1": [Violation(f"lost `it` in\n{Path.home()}/x and {Path(__file__).parent}")],
        FAILED: [Violation("it stood still")],
    }
    runs = [result("F1c"), result("F1c"), result("F1c", "cluster", violated=bad, notes=["p99 was 3 ms"])]
    verdicts = [
        Verdict("dedup-off", "a retry is stored again", "F17, embedded", ["I1"], ["I1", "I12"], "seen"),
        Verdict("blind", "nothing is seen", "F0, embedded", ["I2", "I3"], [], "NOT SEEN"),
    ]
    page = write(tmp_path, runs, verdicts, 7, 40.2)
    text = page.read_text("utf-8")
    assert "What it does not show" in text.split("\n## ")[1]
    assert "37,035 lost" not in text
    assert "In 2 runs every invariant held, in 1 not. Of 2 defects on purpose 1 were not seen." in text
    rows = [re.sub(" +", " ", line) for line in text.splitlines()]
    assert any(row.startswith("| F1c | embedded | 2 | kill -9") and row.endswith("| holds |") for row in rows)
    assert any(row.startswith("| F1c | cluster | 1 |") and "**I1, run**" in row for row in rows)
    assert any("| **NOT SEEN** |" in row for row in rows)
    assert all(any(row.startswith(f"| {name} |") for row in rows) for name in (*INVARIANTS, "I21"))
    assert "- F1c, cluster: p99 was 3 ms." in rows
    assert str(Path.home()) not in text
    assert "seed `7`" in text
    told = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert told["runs"][2]["violated"]["I1"]
    checked = run("prettier/bin/prettier.cjs", "--check", str(page))
    assert checked.returncode == 0, checked.stdout
