"""What a server that was killed leaves of sound and video is deleted, and nothing that is in use."""

import os
import tempfile
from pathlib import Path

import pytest

from talkoot.chat.files import films


def test_folders_that_nobody_holds_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, new, other = tmp_path / "talkoot-film-left", tmp_path / "talkoot-film-new", tmp_path / "other"
    for each in (left, new, other):
        each.mkdir()
        (each / "original").write_bytes(b"film")
    with films._own_folder() as held:
        for each in (left, other, held):
            os.utime(each, (0, 0))
        films._clear_folders()
        assert sorted(tmp_path.iterdir()) == sorted([new, other, held])
    assert sorted(tmp_path.iterdir()) == sorted([new, other])
