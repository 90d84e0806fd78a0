"""What both twins of the storage of files do, in a folder and in a bucket."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from talkoot.backends import open_blobs
from talkoot.kernel.blobs import Blobs
from talkoot.kernel.errors import Malformed, NotFound, StorageFull, Unavailable
from talkoot.settings import Settings, SettingsError
from tests.servers.bucket import SECRET, Bucket

LARGE = 6 * 1024 * 1024  # more than a part of a bucket


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with Bucket() as bucket:
        yield bucket


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return open_blobs(Settings(data=tmp_path))
    bucket: Bucket = request.getfixturevalue("bucket")
    return open_blobs(Settings(**bucket.settings))  # type: ignore[arg-type]


async def pieces(*content: bytes, error: BaseException | None = None) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece
    if error is not None:
        raise error


async def read(blobs: Blobs, name: str, start: int = 0, end: int = 2**40) -> bytes:
    return b"".join([piece async for piece in blobs.get(name, start, end)])


async def test_what_was_put_is_there_whole_and_in_ranges(blobs: Blobs) -> None:
    content = os.urandom(LARGE)
    await blobs.put("whole/original", pieces(content[:1000], content[1000:]))
    assert await read(blobs, "whole/original", 0, LARGE) == content
    for start, end in ((0, 1), (1000, 300_000), (LARGE - 5, LARGE)):
        assert await read(blobs, "whole/original", start, end) == content[start:end]
    assert await read(blobs, "whole/original", 7, 7) == b""
    await blobs.put("whole/empty", pieces())
    assert await read(blobs, "whole/empty", 0, 0) == b""


async def test_a_folder_is_dropped_with_all_that_lies_in_it(blobs: Blobs) -> None:
    for name in ("gone/original", "gone/thumbnail", "gone-not/original"):
        await blobs.put(name, pieces(b"x"))
    await blobs.drop("gone")
    await blobs.drop("gone")
    for name in ("gone/original", "gone/thumbnail", "never/there"):
        with pytest.raises(NotFound):
            await read(blobs, name, 0, 1)
    assert await read(blobs, "gone-not/original", 0, 1) == b"x"


async def test_one_of_a_folder_is_removed(blobs: Blobs) -> None:
    for name in ("one/original", "one/clean"):
        await blobs.put(name, pieces(b"x"))
    for _ in range(2):
        await blobs.remove("one/original")
    await blobs.remove("never/there")
    with pytest.raises(NotFound):
        await read(blobs, "one/original", 0, 1)
    assert await read(blobs, "one/clean", 0, 1) == b"x"


@pytest.mark.parametrize("size", [10, LARGE])
async def test_nothing_half_is_ever_seen(blobs: Blobs, size: int) -> None:
    with pytest.raises(Malformed):
        await blobs.put("half/original", pieces(bytes(size), error=Malformed("it ended early")))
    with pytest.raises(NotFound):
        await read(blobs, "half/original", 0, 1)


async def test_row_36_a_name_leads_nowhere_else(blobs: Blobs) -> None:
    for name in ("../x/y", "x/../y", "/etc/passwd", "x", "x/y/z", "x/\0", "X/y", ""):
        with pytest.raises(ValueError, match="is no name"):
            await blobs.put(name, pieces(b"x"))


async def test_nothing_is_left_in_the_folder_or_the_bucket(tmp_path: Path, bucket: Bucket) -> None:
    folder = open_blobs(Settings(data=tmp_path))
    there = open_blobs(Settings(**bucket.settings))  # type: ignore[arg-type]
    for blobs in (folder, there):
        with pytest.raises(Malformed):
            await blobs.put("left/original", pieces(bytes(LARGE), bytes(LARGE), error=Malformed("early")))
    assert list((tmp_path / "files").iterdir()) == []
    assert [name for name in bucket.names() if "left" in name] == []
    assert bucket.unfinished() == 0


async def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    blobs = open_blobs(Settings(data=tmp_path))
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(StorageFull):
        await blobs.put("full/original", pieces(b"x", error=full))
    assert list((tmp_path / "files").iterdir()) == []


async def test_what_a_killed_server_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    blobs = open_blobs(Settings(data=tmp_path))
    await blobs.put("kept/original", pieces(b"x"))
    old, new = tmp_path / "files" / "kept" / ".half-a", tmp_path / "files" / "kept" / ".half-b"
    for half in (old, new):
        half.write_bytes(b"half")
    os.utime(old, (0, 0))
    await blobs.sweep()
    assert not old.exists()
    assert new.exists()
    assert await read(blobs, "kept/original", 0, 1) == b"x"


async def test_sweeping_a_folder_beside_uploads_that_are_given_up_goes_through(tmp_path: Path) -> None:
    blobs = open_blobs(Settings(data=tmp_path))
    over = asyncio.Event()

    async def give_up(n: int) -> None:
        with pytest.raises(Malformed):
            await blobs.put(f"given-up-{n}/original", pieces(b"x", error=Malformed("it ended early")))

    async def sweep() -> int:
        swept = 0
        while not over.is_set():
            await blobs.sweep()
            swept += 1
        return swept

    sweeping = asyncio.create_task(sweep())
    for start in range(0, 400, 20):
        await asyncio.gather(*(give_up(n) for n in range(start, start + 20)))
    over.set()
    assert await sweeping > 0


async def test_a_bucket_that_is_away_is_told_without_its_key(
    bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    for wrong in ({"s3_bucket": "not-there"}, {"s3_endpoint": "http://127.0.0.1:9"}):
        blobs = open_blobs(Settings(**(bucket.settings | wrong)))  # type: ignore[arg-type]
        with pytest.raises(Unavailable):
            await blobs.put("away/original", pieces(b"x"))
    assert SECRET not in caplog.text


def test_row_38_a_bucket_is_not_looked_for_elsewhere(bucket: Bucket) -> None:
    for wrong in (
        {"s3_secret_key": ""},
        {"s3_access_key": ""},
        {"s3_endpoint": "file:///etc"},
        {"s3_endpoint": "http://user:key@127.0.0.1"},
        {"s3_endpoint": "http://127.0.0.1/path?x=1"},
    ):
        with pytest.raises((ValueError, SettingsError)):
            Settings(**(bucket.settings | wrong))  # type: ignore[arg-type]
