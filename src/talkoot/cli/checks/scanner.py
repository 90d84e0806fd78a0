"""Who looks for viruses in files: whether they can, and how many files wait for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from talkoot.chat.files.models import GONE, WAITING, File
from talkoot.chat.files.scanners import ScannerAway, greet
from talkoot.cli.checks.finding import Finding
from talkoot.cli.checks.work import reading
from talkoot.cli.databases import require_fitting
from talkoot.cli.failures import Failure
from talkoot.file_settings import RELEASE

if TYPE_CHECKING:
    from talkoot.settings import Settings


async def scanner(settings: Settings) -> AsyncIterator[Finding]:
    """The scanner answers, and nothing waits for one that is not there."""
    waiting = await _waiting(settings)
    where, many = settings.files_scan, f"{waiting} files wait, and nobody gets them"
    if not settings.scans_files:
        if waiting and where != RELEASE:
            said = f"{many}: set files_scan as it was, or to `release`, which hands them out"
            yield Finding("fail", "scanner", said)
        else:
            yield Finding(
                "ok", "scanner", "files are not searched for viruses: set files_scan if they should be"
            )
        return
    try:
        await greet(where)
    except ScannerAway as away:
        yield Finding("fail", "scanner", f"{away.detail}; {many} until it is back")
    else:
        yield Finding("ok", "scanner", f"{where.partition(':')[0]} is there; {waiting} files wait for it")


async def _waiting(settings: Settings) -> int:
    try:
        await require_fitting(settings)
    except Failure:  # said by the check of the database
        return 0
    async with reading(settings) as read:
        wanted = select(func.count()).where(File.scan == WAITING, File.state != GONE)
        return int(await read.connection.scalar(wanted) or 0)
