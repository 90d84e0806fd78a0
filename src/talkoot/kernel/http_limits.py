"""Limits of the HTTP edge, before anything of a request is believed or kept: how often, large and slow."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from talkoot.kernel.addresses import client_address, limited_as
from talkoot.kernel.errors import RateLimited, TalkootError, TooLarge, TooSlow
from talkoot.kernel.http import problem
from talkoot.kernel.limit_book import Rule
from talkoot.kernel.token_bucket import TokenBucket
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from talkoot.kernel.rate_limits import Decision, RateLimiter

# A token is a credential, whoever made it up, or an address without one; made-up ones share an address.
READS = Rule("http.reads", limit=100, period_seconds=1, burst=300, exact=False)
WRITES = Rule("http.writes", limit=20, period_seconds=1, burst=100, exact=False)
ADDRESS = Rule("http.address", limit=500, period_seconds=1, burst=2000, exact=False)
USER = Rule("http.user", limit=120, period_seconds=1, burst=400)
SERVER = Rule("http.server", limit=5000, period_seconds=1, burst=20_000)

LINGER_BYTES = 4 * 1024 * 1024  # of a body that is too large, read and thrown away at most ...
LINGER_SECONDS = 2.0  # ... and not longer than this
SLOWEST = 8192  # bytes a second of a large body, after its first seconds
FORM_BYTES = 65_536  # a form holds a sign-in; what is larger is there to cost time

_LIMITED = "/api/"
_READING = {"GET", "HEAD", "OPTIONS"}
_FORMS = (b"application/x-www-form-urlencoded", b"multipart/")


class LimitRates:
    """Answers 429 to who asks too often, and tells everybody what they may and how much of it is left.

    `RateLimit-Policy` and `RateLimit` are those of draft-ietf-httpapi-ratelimit-headers-10, for all that was
    counted; the three `RateLimit-*` of older drafts tell of the last.
    """

    def __init__(self, app: ASGIApp, *, limiter: RateLimiter, trusted_proxies: Collection[str]) -> None:
        self.app = app
        self._limiter = limiter
        self._trusted = tuple(trusted_proxies)
        self._server = TokenBucket()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request, and let it through or not."""
        if scope["type"] != "http" or not scope["path"].startswith(_LIMITED):
            await self.app(scope, receive, send)
            return
        counted = await self._count(scope)

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_headers(counted)]
            await send(message)

        decision = counted[-1][1]
        # Last, so that what one caller is refused uses up nothing of the others.
        wait = self._busy() if decision.allowed else decision.retry_after
        answer = problem(RateLimited(retry_after=wait)) if wait or not decision.allowed else self.app
        await answer(scope, receive, send_with_limits)

    def _busy(self) -> float:
        """In how many seconds this server has room for a request of anybody."""
        book = self._limiter.book
        rule = book.now(SERVER)
        return self._server.take(time.monotonic(), rule.rate, rule.capacity) if book.enforced else 0.0

    async def _count(self, scope: Scope) -> list[tuple[Rule, Decision]]:
        """What was counted, up to the first that refused."""
        address = limited_as(client_address(scope, self._trusted))
        everything = await self._limiter.hit(address, ADDRESS)
        counted = [(ADDRESS, everything)]
        if everything.allowed:
            rule = READS if scope["method"] in _READING else WRITES
            counted.append((rule, await self._limiter.hit(_credential(scope) or address, rule)))
        book = self._limiter.book
        return [(book.now(rule), decision) for rule, decision in counted]


def _credential(scope: Scope) -> str:
    """A fingerprint of what the caller shows; it need not be true to be counted."""
    shown = [value for name, value in scope["headers"] if name in {b"authorization", b"cookie"}]
    return hashlib.sha256(b"\n".join(shown)).hexdigest()[:32] if shown else ""


def _headers(counted: list[tuple[Rule, Decision]]) -> list[tuple[bytes, bytes]]:
    last = counted[-1][1]
    reset = math.ceil(last.reset_after)
    left = ", ".join(
        f"{_name(rule)};r={decision.remaining};t={math.ceil(decision.reset_after)}"
        for rule, decision in counted
    )
    return [
        (b"ratelimit-policy", b", ".join(_policy(rule) for rule, _ in counted)),
        (b"ratelimit", left.encode()),
        (b"ratelimit-limit", b"%d" % last.limit),
        (b"ratelimit-remaining", b"%d" % last.remaining),
        (b"ratelimit-reset", b"%d" % reset),
    ]


@lru_cache(maxsize=64)
def _policy(rule: Rule) -> bytes:
    """A quota, and the seconds in which all of it comes back."""
    return f"{_name(rule)};q={rule.capacity};w={math.ceil(rule.capacity / rule.rate)}".encode()


@lru_cache(maxsize=64)
def _name(rule: Rule) -> str:
    return f'"{rule.name.partition("~")[0]}"'


class LimitBodies:
    """Answers 413 to a body as soon as it is announced or grows too large, and 408 when it does not come.

    Nothing of such a body is kept. `roomy` says of which requests more is taken, and how much: of these the
    handler reads the body as it comes, and has to get SLOWEST on the average.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int,
        seconds: float,
        roomy: Callable[[Scope], int | None] = lambda _scope: None,
    ) -> None:
        self.app = app
        self._roomy = roomy
        self._max_bytes = max_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through as long as its body is small enough, and comes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._roomy(scope)
        allowed = _allowed(scope, self._max_bytes) if most is None else most
        body = _Body(receive, send, allowed, self._seconds, None if most is None else SLOWEST)
        if _announced(scope) > body.allowed:
            body.refusal = body.too_large()
        else:
            with suppress(_BodyRefusedError):
                await self.app(scope, body.receive, body.send)
        if body.refusal and not body.answered:
            response = problem(body.refusal)
            response.headers["Connection"] = "close"  # the rest of the body is not kept
            await response(scope, receive, partial(_send_and_linger, receive, send))


async def _send_and_linger(receive: Receive, send: Send, message: Message) -> None:
    """Close only when the client has sent all: a close before that would destroy the answer unread."""
    if message["type"] != "http.response.body":
        await send(message)
        return
    await send({**message, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            await _discard(receive)
    await send({"type": "http.response.body", "body": b""})


async def _discard(receive: Receive) -> None:
    discarded = 0
    while discarded < LINGER_BYTES:
        message = await receive()
        discarded += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


class _BodyRefusedError(Exception):
    pass


class _Body(State):
    receive_message: Receive
    send_message: Send
    allowed: int
    seconds: float
    slowest: int | None = None
    deadline: float = 0.0
    received: int = 0
    complete: bool = False
    refusal: TalkootError | None = None
    answered: bool = False

    def __post_init__(self) -> None:
        self.deadline = asyncio.get_running_loop().time() + self.seconds

    async def receive(self) -> Message:
        message = await self._in_time()
        if message["type"] == "http.request":
            self.received += (n := len(message.get("body", b"")))
            self.deadline += n / self.slowest if self.slowest else 0.0
            self.complete = not message.get("more_body", False)
            if self.received > self.allowed:
                self.refusal = self.too_large()
                raise _BodyRefusedError
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if self.refusal and not self.answered:
            return  # what the application makes of the broken body; the answer is ours
        self.answered = True
        await self.send_message(message)

    def too_large(self) -> TooLarge:
        return TooLarge(f"The body may have {self.allowed} bytes")

    def _more(self) -> str:
        return f", and one more for each {self.slowest} bytes" if self.slowest else ""

    async def _in_time(self) -> Message:
        if self.complete:
            return await self.receive_message()  # what comes now is that the client leaves, at any time
        try:
            async with asyncio.timeout_at(self.deadline):
                return await self.receive_message()
        except TimeoutError:
            self.refusal = TooSlow(f"The body has to come within {self.seconds:g} seconds{self._more()}")
            raise _BodyRefusedError from None


def _allowed(scope: Scope, max_bytes: int) -> int:
    types = [value.strip().lower() for name, value in scope["headers"] if name == b"content-type"]
    return min(max_bytes, FORM_BYTES) if any(kind.startswith(_FORMS) for kind in types) else max_bytes


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit()), default=0)
