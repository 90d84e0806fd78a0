"""A workspace that was exported and imported is the same, on either database, however often."""

from pathlib import Path

import pytest

from tests.conftest import make_talkoot
from tests.moving.conftest import Made
from tests.moving.worlds import bring, export, members


def test_it_is_the_same_wherever_it_is_brought(
    made: Made, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    wanted = (
        "workspace user resource role entry room log membership file emoji message reaction pin mention event"
        " read_position quote saved_message blog post post_author post_slug post_tag notification_level"
        " poll_vote"
    )
    assert {line["what"] for line in made.lines} >= set(wanted.split())

    postgres = make_talkoot("postgresql", tmp_path / "postgres", request)
    bring(postgres, made.path)
    assert export(postgres, made.workspace, tmp_path / "second.tar") == made.lines

    sqlite = make_talkoot("sqlite", tmp_path / "sqlite", request)
    bring(sqlite, tmp_path / "second.tar")
    assert export(sqlite, made.workspace, tmp_path / "third.tar") == made.lines
    for path in ("second.tar", "third.tar"):
        kept = {name: data for name, data in members(tmp_path / path).items() if name.startswith("files/")}
        assert list(kept.values()) == [b"some notes\n" * 50], path

    again = bring(sqlite, made.path)
    assert again.splitlines()[1:] == ["left out, workspace: is_here_already: 1"], "nothing of it was new"
    assert export(sqlite, made.workspace, tmp_path / "fourth.tar") == made.lines
