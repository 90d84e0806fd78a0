"""A workspace that was exported and imported is the same, on either database, however often."""

from pathlib import Path

import pytest

from tests.conftest import make_talkoot
from tests.moving.worlds import bring, export, furnish, members
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def test_it_is_the_same_wherever_it_is_brought(
    workspace_sqlite: Workspace,
    shared_sqlite: Talkoot,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    await furnish(workspace_sqlite)
    first = export(shared_sqlite, workspace_sqlite.id, tmp_path / "first.tar.gz")
    kinds = {line["what"] for line in first}
    wanted = "workspace user room message event reaction pin file mention quote saved_message read_position"
    assert kinds >= set(wanted.split())

    postgres = make_talkoot("postgresql", tmp_path / "postgres", request)
    bring(postgres, tmp_path / "first.tar.gz")
    assert export(postgres, workspace_sqlite.id, tmp_path / "second.tar") == first

    sqlite = make_talkoot("sqlite", tmp_path / "sqlite", request)
    bring(sqlite, tmp_path / "second.tar")
    assert export(sqlite, workspace_sqlite.id, tmp_path / "third.tar") == first
    for path in ("second.tar", "third.tar"):
        kept = {name: data for name, data in members(tmp_path / path).items() if name.startswith("files/")}
        assert list(kept.values()) == [b"some notes\n" * 50], path

    again = bring(sqlite, tmp_path / "first.tar.gz")
    assert "\nmessage:" not in again, "nothing of it was new"
    assert export(sqlite, workspace_sqlite.id, tmp_path / "fourth.tar") == first
