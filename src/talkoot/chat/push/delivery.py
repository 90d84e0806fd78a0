"""Handing a message to a push service, and what its answers mean."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec

from talkoot.chat.push.encryption import encrypt
from talkoot.chat.push.vapid import authorization
from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import TalkootError, Unavailable
from talkoot.kernel.outgoing import OutgoingError

if TYPE_CHECKING:
    from talkoot.chat.push.encryption import Browser
    from talkoot.kernel.context import Kernel

LIVES = 24 * 3600  # seconds that a push service keeps it for a browser that is off
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class PushRefused(TalkootError):
    """The push service does not take this message, now or later; the text says with which status."""

    code, status, title = "push_refused", 502, "The push service refuses this message"


class PushAway(Unavailable):
    """The push service can not be used right now; the text says why."""

    title = "The push service can not be used right now"


class Payload(msgspec.Struct, frozen=True):
    """What the browser shows, and where a click leads. Of one `tag` it shows the newest."""

    title: str
    body: str
    url: str
    tag: str


async def deliver(
    kernel: Kernel,
    key: str,
    browser: Browser,
    payload: Payload,
    *,
    topic: str,
    urgency: Literal["normal", "high"],
) -> bool:
    """Give it to the push service of this browser; False when that knows the browser no longer.

    Of one `topic` it keeps the newest while the browser is off. PushRefused and PushAway.
    """
    now = kernel.clock.now() // SECOND
    headers = {
        "Authorization": authorization(kernel.settings, key, browser.endpoint, now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(LIVES),
        "Urgency": urgency,
    }
    if topic:
        headers["Topic"] = topic
    try:
        body = encrypt(browser, msgspec.json.encode(payload))
        answer = await kernel.outgoing.hand_over(browser.endpoint, body, headers)
    except OutgoingError as error:
        raise PushAway(str(error)) from None
    if answer.status in _GONE:
        return False
    where = f"{urlsplit(browser.endpoint).netloc} answered {answer.status}"
    if answer.status in _LATER or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise PushAway(where, retry_after=answer.retry_after)
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise PushRefused(where)
    return True
