"""Looking at a page: what it says of itself, and its picture; what was found is known for an hour."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cachetools import TTLCache

from talkoot.chat.files.sniffing import IMAGES
from talkoot.chat.previews.pages import Facts, facts_of
from talkoot.kernel.outgoing import Answer, Outgoing, OutgoingError
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel

_HTML = ("text/html", "application/xhtml+xml")
_HEADERS = {"User-Agent": "Talkoot (link previews)", "Accept": "text/html,image/*;q=0.8"}
_KNOWN_FOR, _BYTES, _OVERHEAD = 3600.0, 16 * 1024 * 1024, 4000


class Page(Value, frozen=True):
    """A page, and the bytes of its picture, if it has one that could be fetched."""

    facts: Facts
    picture: bytes = b""


class Pages:
    """What was found in the last hour: also that there was nothing."""

    def __init__(self) -> None:
        self.known: TTLCache[str, Page | None] = TTLCache(
            _BYTES, _KNOWN_FOR, getsizeof=lambda page: _OVERHEAD + (len(page.picture) if page else 0)
        )


async def page_at(kernel: Kernel, url: str) -> Page | None:
    """What stands at this address; None if nothing can be shown of it, or it is this server itself."""
    if urlsplit(url).hostname == urlsplit(kernel.settings.public_url).hostname:
        return None
    pages = kernel.uow.caches.of(Pages)
    if url not in pages.known:
        pages.known[url] = await _fetch(kernel.outgoing, url)
    return pages.known.get(url)


async def _fetch(outgoing: Outgoing, url: str) -> Page | None:
    try:
        answer = await outgoing.get(url, types=(*_HTML, *IMAGES), headers=_HEADERS, page=True)
    except OutgoingError:
        return None
    if answer.status != 200:  # noqa: PLR2004 - what HTTP calls OK
        return None
    if answer.type in IMAGES:
        return _picture_alone(answer)
    facts = await asyncio.to_thread(facts_of, answer.body, answer.charset, answer.url)
    if facts is None:
        return None
    return Page(facts, await _picture(outgoing, facts.picture))


def _picture_alone(answer: Answer) -> Page:
    parts = urlsplit(answer.url)
    return Page(
        Facts(parts.path.rpartition("/")[2][:200] or "picture", site=parts.hostname or ""), answer.body
    )


async def _picture(outgoing: Outgoing, url: str) -> bytes:
    try:
        answer = await outgoing.get(url, types=IMAGES, headers=_HEADERS, page=True) if url else None
    except OutgoingError:
        return b""
    return answer.body if answer is not None and answer.status == 200 else b""  # noqa: PLR2004 - as above
