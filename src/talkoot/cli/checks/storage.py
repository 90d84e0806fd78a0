"""The place for what people upload."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from talkoot.backends import open_blobs
from talkoot.cli.checks.finding import Finding
from talkoot.kernel.errors import TalkootError
from talkoot.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from talkoot.settings import Settings


async def storage(settings: Settings) -> AsyncIterator[Finding]:
    """Files have a place that all servers know, and it answers."""
    if settings.clustered and not settings.files_shared:
        yield Finding(
            "warn",
            "storage",
            "no files are taken: set s3_bucket, or files to a folder that all servers share",
        )
    elif settings.s3_bucket:
        yield await _bucket(settings)
    else:
        yield _folder(settings.files or settings.data / "files")


def _folder(path: Path) -> Finding:
    there = next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding("fail", "storage", f"{there} can not be written: run as its owner, or change files")
    return Finding("ok", "storage", f"files are kept in {path}")


async def _bucket(settings: Settings) -> Finding:
    try:
        await open_blobs(settings).drop("doctor")  # no file is called that: it is looked for, and no more
    except (SettingsError, TalkootError) as error:
        return Finding("fail", "storage", f"the bucket {settings.s3_bucket} can not be read: {error}")
    return Finding("ok", "storage", f"files are kept in the bucket {settings.s3_bucket}")
