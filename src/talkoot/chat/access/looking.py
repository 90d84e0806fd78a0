"""Looking again at what a change of access may concern, also when the database is away for some seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from talkoot.kernel.errors import TalkootError

log = logging.getLogger("talkoot.access")

T = TypeVar("T")
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
    """What is left after the first failure; the one that failed comes last, lest it keep others waiting."""
    for number, each in enumerate(those):
        try:
            await look(each)
        except TalkootError as error:
            log.warning("%s could not be looked up: %s", what, error.detail)
        except Exception:
            log.exception("%s could not be looked up", what)
        else:
            continue
        return [*those[number + 1 :], each]
    return []
