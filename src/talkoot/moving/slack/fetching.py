"""Files that an export only names: fetched where they lie, with a token that only their host is given."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from talkoot.kernel.outgoing import OutgoingError, TooMuch
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from talkoot.kernel.outgoing import Downloaded, Outgoing
    from talkoot.moving.reporting import Progress
    from talkoot.moving.slack.shapes import Uploaded

MOST = 100_000  # files of one import
_TRIES, _PAUSE, _PATIENCE = 3, 0.5, 60.0  # times; seconds, doubled each time; seconds that a host may ask for
_REFUSALS = 20  # one after the other: then the token is not good for any
_NOT_ALLOWED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_PAGE = "text/html"  # a page to sign in comes in the place of a file


class NotFetched(Exception):
    """It could not be fetched: `why` in few words, `told` by whom."""

    def __init__(self, why: str, told: str = "") -> None:
        super().__init__(why)
        self.why, self.told = why, told


class Fetching(State):
    """Where files may lie (`host`, and hosts below it), what opens them, and how many bytes are left."""

    outgoing: Outgoing
    token: str
    host: str
    left: int
    progress: Progress
    files: int = 0
    refusals: int = 0

    def check(self, uploaded: Uploaded, most: int) -> str:
        """The address of a file; NotFetched for one that is not asked for."""
        url = uploaded.url_private or ""
        if not url:
            raise NotFetched("not_there")
        if not self._is_theirs(url):
            raise NotFetched("elsewhere")
        if self.refusals >= _REFUSALS:
            raise NotFetched("not_allowed")
        if (uploaded.size or 0) > most:
            raise NotFetched("too_large")
        self._require_room(uploaded.size or 1)
        return url

    async def fetch(self, uploaded: Uploaded, to: Path, most: int) -> None:
        """Write what a file holds, at most so many bytes, into a file of this machine."""
        url = self.check(uploaded, most)
        got = await self._download(url, to, most)
        page = got.type == _PAGE and uploaded.mimetype != _PAGE
        if got.status in _NOT_ALLOWED or page:
            self.refusals += 1
            raise NotFetched("not_allowed")
        self._require_all(got)
        self.refusals = 0

    async def picture(self, url: str, to: Path, most: int) -> None:
        """The same of a small picture, which may lie anywhere."""
        self._require_room(1)
        self._require_all(await self._download(url, to, most))

    def _require_room(self, size: int) -> None:
        if self.files >= MOST or size > self.left:
            raise NotFetched("too_much")

    def _require_all(self, got: Downloaded) -> None:
        if got.status != HTTPStatus.OK:
            raise NotFetched("not_there" if got.status in _GONE else "no_answer", str(got.status))
        self.files += 1

    async def _download(self, url: str, to: Path, most: int) -> Downloaded:
        secret = {"Authorization": f"Bearer {self.token}"} if self._is_theirs(url) else {}
        wait = _PAUSE
        for last in (*[False] * (_TRIES - 1), True):
            within = min(most, self.left)  # what came of a try that broke off is not there any more
            try:
                with await asyncio.to_thread(to.open, "wb") as copy:
                    got = await self.outgoing.download(url, self._keeping(copy), most=within, secret=secret)
            except TooMuch as error:
                raise NotFetched("too_large" if within == most else "too_much", str(error)) from None
            except OutgoingError as error:
                if last:
                    raise NotFetched("no_answer", str(error)) from None
            else:
                busy = got.status == HTTPStatus.TOO_MANY_REQUESTS
                if last or not (busy or got.status >= HTTPStatus.INTERNAL_SERVER_ERROR):
                    return got
                wait = max(wait, min(got.retry_after or 0, _PATIENCE))
            await asyncio.sleep(wait)
            wait *= 2
        raise AssertionError

    def _keeping(self, copy: IO[bytes]) -> Callable[[bytes], None]:
        def keep(part: bytes) -> None:
            copy.write(part)
            self.left -= len(part)
            self.progress.fetched(len(part))

        return keep

    def _is_theirs(self, url: str) -> bool:
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:  # an export may say anything
            return False
        return host == self.host or host.endswith(f".{self.host}")
