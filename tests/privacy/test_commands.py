"""What an operator does for who asks in writing."""

import stat
import zipfile
from pathlib import Path

from tests.job_rows import rows
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually
from tests.workspaces import Workspace


async def test_an_operator_exports_and_deletes(
    workspace_sqlite: Workspace, shared_sqlite: Talkoot, tmp_path: Path
) -> None:
    workspace, file = workspace_sqlite, tmp_path / "theirs.zip"
    person, room = await workspace.member("written"), await workspace.room("letters")
    await person.post(f"/rooms/{room}/join", expect=204)
    said = await person.post(f"/rooms/{room}/messages", {"text": "dear operator"})
    name = person.user["username"]
    done = shared_sqlite.run("user", "export", name, "--to", str(file))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert b"dear operator" in archive.read("messages.jsonl")
    again = shared_sqlite.run("user", "export", name, "--to", str(file))
    assert (again.returncode, "File exists" in again.stderr) == (1, True)

    assert shared_sqlite.run("user", "delete", name, stdin="n\n").returncode != 0
    assert shared_sqlite.run("user", "delete", name, "--yes").returncode == 0
    listed = shared_sqlite.run("user", "list").stdout
    assert any(line.startswith(f"{name}\t") and "to be deleted" in line for line in listed.splitlines())
    assert shared_sqlite.run("user", "delete", name, "--yes", "--at-once").returncode == 0

    async def is_nobody() -> bool:
        found = await workspace.owner.get(f"/messages/{said['id']}")
        return bool(found["sender"]["display_name"] == "Deleted user")

    await eventually(is_nobody)
    acts = await rows(
        shared_sqlite, "SELECT kind, address FROM audit_log WHERE kind = 'account.export_asked'"
    )
    assert ("account.export_asked", "command line") in acts
