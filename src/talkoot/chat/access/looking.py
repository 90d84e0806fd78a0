"""Looking again at what a change of access may concern, also when the database is away for some seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from talkoot.kernel.errors import TalkootError

log = logging.getLogger("talkoot.access")

T = TypeVar("T")
AT_ONCE = 256  # that look at the same moment, and so share what they read
_PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between one try and the next


async def look_at_each(look: Callable[[T], Awaitable[None]], those: Iterable[T], *, what: str) -> list[T]:
    """Those that could not be looked at, although it was tried for some seconds."""
    left = await _try_each(look, list(those), what)
    for pause in _PAUSES:
        if not left:
            break
        await asyncio.sleep(pause)
        left = await _try_each(look, left, what)
    return left


async def _try_each(look: Callable[[T], Awaitable[None]], those: list[T], what: str) -> list[T]:
    """What is left after the first failure; those that failed come last, lest they keep others waiting."""
    for start in range(0, len(those), AT_ONCE):
        some = those[start : start + AT_ONCE]
        outcomes = await asyncio.gather(*map(look, some), return_exceptions=True)
        failed = [each for each, error in zip(some, outcomes, strict=True) if error is not None]
        if failed:
            _complain(what, next(error for error in outcomes if error is not None))
            return [*those[start + len(some) :], *failed]
    return []


def _complain(what: str, error: BaseException) -> None:
    if isinstance(error, TalkootError):
        log.warning("%s could not be looked up: %s", what, error.detail)
    else:
        log.error("%s could not be looked up", what, exc_info=error)
