"""What a server that was killed leaves of files that it prepared is deleted, and nothing that is in use."""

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from talkoot.chat.files.folders import PREFIX, own_folder


def test_folders_that_nobody_holds_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, new, other = tmp_path / f"{PREFIX}left", tmp_path / f"{PREFIX}new", tmp_path / "other"
    for each in (left, new, other):
        each.mkdir()
        (each / "original").write_bytes(b"film")
    asyncio.run(swept(left, new, other))
    assert sorted(tmp_path.iterdir()) == sorted([new, other])


async def swept(left: Path, new: Path, other: Path) -> None:
    """Use a folder beside one that is in use."""
    async with own_folder() as held:
        for each in (left, other, held):
            os.utime(each, (0, 0))
        async with own_folder():
            assert [each.exists() for each in (left, new, other, held)] == [False, True, True, True]
