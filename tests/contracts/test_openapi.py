"""The server keeps to what its OpenAPI document says, whatever it is asked."""

import asyncio
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.clients import Api, set_up
from tests.conftest import DATABASES, Database, Serve
from tests.examples import examples
from tests.servers.process import plain_environment

SCHEMATHESIS = Path(sys.executable).with_name("st")
# What Hypothesis knows of Unicode is kept from run to run: to work it out takes seconds.
WORKED_OUT = Path(__file__).resolve().parents[2] / ".hypothesis"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
FEW: dict[Database, int] = {"sqlite": 1, "postgresql": 5}  # PostgreSQL is the stricter one
# What would sign out the one who asks.
LEFT_OUT = r"^/api/v1/auth/(logout|sessions)"
WORKSPACES, ROOMS = r"^/api/v1/(workspaces|categories)", r"^/api/v1/(rooms|messages)"
PARTS = {
    "everything": ("--exclude-path-regex", LEFT_OUT),
    "workspaces": ("--include-path-regex", WORKSPACES),
    "rooms": ("--include-path-regex", ROOMS),
    "people": ("--exclude-path-regex", f"{WORKSPACES}|{ROOMS}|{LEFT_OUT}"),
}
# Every value that a parameter may and may not have: nearly all of it is refused before a database is asked,
# and the rest is asked of the stricter one.
COVERED: list[tuple[Database, str, str]] = [
    ("postgresql", "coverage", part) for part in ("workspaces", "rooms", "people")
]
FUZZED: list[tuple[Database, str, str]] = [(database, "fuzzing", "everything") for database in DATABASES]


async def things(owner: Api, workspace: str, name: str) -> dict[str, str]:
    """One of each kind, to be asked for."""
    base = f"/workspaces/{workspace}"
    room = (await owner.post(f"{base}/rooms", {"name": name}))["id"]
    message = (await owner.post(f"/rooms/{room}/messages", {"text": name}))["id"]
    category = (await owner.post(f"{base}/categories", {"name": name}))["id"]
    return {"workspace": workspace, "room": room, "message": message, "category": category}


def parameters(ids: dict[str, str], heading: str = "") -> str:
    lines = [f'"path.{name}" = "{value}"' for name, value in ids.items()]
    return "\n".join([f"[{heading}parameters]", *lines, ""])


@pytest.mark.parametrize(("database", "phase", "part"), COVERED + FUZZED)
async def test_nothing_is_answered_that_is_not_documented(
    serve: Serve, database: Database, phase: str, part: str, tmp_path: Path
) -> None:
    talkoot, few = serve(database), examples(FEW[database] if phase == "fuzzing" else 5)
    owner, workspace = await set_up(talkoot.url)
    kept, doomed = [await things(owner, workspace["id"], name) for name in ("Kept", "Doomed")]
    config = tmp_path / "schemathesis.toml"
    deletions = '[[operations]]\ninclude-method = "DELETE"\n' + parameters(doomed, "operations.")
    config.write_text(parameters(kept) + deletions)
    command = [
        *(str(SCHEMATHESIS), "--config-file", str(config), "run", f"{talkoot.url}/api/openapi.json"),
        *("--header", f"Authorization: Bearer {owner.token}", *PARTS[part]),
        *("--checks", ",".join(CHECKS), "--phases", phase, "--max-examples", str(few), "--mode", "all"),
        *("--seed", "1", "--generation-database", "none", "--suppress-health-check", "all"),
        *("--warnings", "off", "--continue-on-failure", "--no-color"),
    ]
    outside = plain_environment("COVERAGE_")  # who asks is not ours: that it is measured only costs time
    outside["HYPOTHESIS_STORAGE_DIRECTORY"] = str(WORKED_OUT)
    run = partial(subprocess.run, cwd=tmp_path, env=outside, capture_output=True, text=True, check=False)
    done = await asyncio.to_thread(run, command, timeout=110)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert (await owner.get("/users/me"))["username"] == "owner"
    assert "status=5" not in talkoot.log
    await owner.close()
