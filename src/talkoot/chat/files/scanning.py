"""Looking for viruses in what people upload, before anybody gets it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from talkoot.chat.files.models import CLEAN as CLEAN_COPY
from talkoot.chat.files.models import ORIGINAL, READY, THUMBNAIL
from talkoot.chat.files.scanners import CLEAN, TOO_LARGE, ScanFailed, ScannerAway, Seen, look_through
from talkoot.file_settings import RELEASE
from talkoot.kernel.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.context import Kernel
    from talkoot.kernel.metrics import Metrics

log = logging.getLogger("talkoot.files")

_AT_ONCE, _PATIENCE = 2, 1.0  # files in one process, and seconds for a turn: other jobs have theirs too
_QUIET = 10.0  # seconds for which a scanner that was away is not asked again
_OUTCOMES = ("clean", "infected", "too_large", "failed", "away")


class Scanner:
    """What this process knows of the scanner."""

    def __init__(self) -> None:
        self.turns = asyncio.Semaphore(_AT_ONCE)
        self.away = ""
        """Why it can not be used; empty while it can."""
        self.outcomes: Counter[str] = Counter()
        self._until = 0.0

    def require_there(self, where: str, now: float) -> None:
        """ScannerAway if there is none, or it was away a moment ago: not every file waits for it anew."""
        if not where:
            self.left("They wait to be looked through, and files_scan is not set", now)
        if now < self._until:
            raise ScannerAway(self.away)

    async def has_turn(self) -> bool:
        """Whether a file can be looked through now; `turns` is to be released then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                return await self.turns.acquire()
        return False

    def came(self, outcome: str) -> None:
        """It looked at a file."""
        self.outcomes[outcome] += 1
        if self.away:
            log.info("Files are looked through for viruses again")
        self.away, self._until = "", 0.0

    def left(self, why: str, now: float) -> None:
        """It could not be used."""
        self.outcomes["away"] += 1
        if not self.away:
            log.warning("Files wait, for nobody looks for viruses in them: %s", why)
        self.away, self._until = why, now + _QUIET

    def watched_by(self, metrics: Metrics) -> None:
        """Show what came of files."""
        metrics.watch(
            "talkoot_file_scans",
            "Files that this process had looked through for viruses, by what came of them.",
            lambda: {outcome: self.outcomes[outcome] for outcome in _OUTCOMES},
            kind="counter",
            label="outcome",
        )
        about = "1 while this process can not have files looked through, and they wait."
        metrics.watch("talkoot_file_scanner_away", about, lambda: int(bool(self.away)))


async def scan(kernel: Kernel, file: UUID, contents: tuple[str, ...]) -> Seen | None:
    """What is in all that the storage has of a file; ScannerAway, or ScanFailed for this file alone.

    None while others have their turns.
    """
    settings, scanner = kernel.settings, kernel.uow.caches.of(Scanner)
    if settings.files_scan == RELEASE:
        return Seen(CLEAN)
    scanner.require_there(settings.files_scan, kernel.clock.monotonic())
    if not await scanner.has_turn():
        return None
    try:
        seen = Seen(CLEAN)
        for name in contents:
            if seen.verdict == CLEAN:
                seen = await _look(kernel, f"{file}/{name}")
    except ScannerAway as away:
        scanner.left(away.detail, kernel.clock.monotonic())
        raise
    except ScanFailed:
        scanner.came("failed")
        raise
    finally:
        scanner.turns.release()
    scanner.came(seen.verdict)
    return seen


async def _look(kernel: Kernel, name: str) -> Seen:
    try:
        seen = await look_through(kernel.settings.files_scan, kernel.blobs.get(name, 0, 2**62))
    except NotFound:  # there is nothing that anybody could get
        return Seen(CLEAN)
    if seen.verdict == TOO_LARGE and kernel.settings.files_scan_too_large == "allow":
        return Seen(CLEAN)
    return seen


def contents_of(content: str, picture: str | None) -> tuple[str, ...]:
    """What the storage may have of a file: what was uploaded, and what was made of it elsewhere."""
    made = (CLEAN_COPY, THUMBNAIL) if picture == READY or content == CLEAN_COPY else ()
    return (ORIGINAL, *made)
