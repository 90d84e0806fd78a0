"""What is counted of HTTP requests, without a server around it."""

from typing import Any

from talkoot.kernel.http_limits import ADDRESS, READS, SERVER, WRITES, LimitRates
from talkoot.kernel.limit_book import Limit, LimitBook, Numbers
from talkoot.kernel.rate_limits import MemoryRateLimiter
from tests.kernel.ground import SetClock

BOOK = [Limit(rule, "server", "") for rule in (ADDRESS, READS, WRITES, SERVER)]


async def nothing(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def asked(limits: LimitRates, address: str) -> tuple[int, dict[bytes, bytes]]:
    """A request from an address: the status and the headers of the answer."""
    told: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def receive() -> Any:
        raise AssertionError

    scope = {"type": "http", "method": "GET", "path": "/api/v1/x", "headers": [], "client": (address, 1)}
    await limits(scope, receive, send)
    return told[0]["status"], dict(told[0]["headers"])


async def test_row_52_a_server_has_room_for_so_many_of_all_together() -> None:
    book = LimitBook(BOOK)
    book.choose({SERVER.name: Numbers(1000, 1, 4000)})
    limits = LimitRates(nothing, limiter=MemoryRateLimiter(SetClock(), book=book), trusted_proxies=())
    flooder = [(await asked(limits, "192.0.2.1"))[0] for _ in range(6000)]
    assert flooder.count(200) == READS.capacity  # and what is refused uses up nothing of the others
    answered, headers = await until_refused(limits)
    assert answered >= 3000
    assert headers[b"retry-after"] == b"1"


async def until_refused(limits: LimitRates) -> tuple[int, dict[bytes, bytes]]:
    """How many addresses were answered before one that was not, and what that one was told."""
    for number in range(30_000):
        status, headers = await asked(limits, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        if status == 429:
            return number, headers
    raise AssertionError("nobody was refused")


async def test_row_52_each_answer_tells_all_that_was_counted() -> None:
    limits = LimitRates(nothing, limiter=MemoryRateLimiter(SetClock()), trusted_proxies=())
    _, headers = await asked(limits, "192.0.2.1")
    assert headers[b"ratelimit-policy"] == b'"http.address";q=2000;w=4, "http.reads";q=300;w=3'
    assert headers[b"ratelimit"] == b'"http.address";r=1999;t=1, "http.reads";r=299;t=1'
    assert headers[b"ratelimit-limit"] == b"300"
