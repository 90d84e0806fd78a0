"""Values that have broken other servers, and ways to put them together; all by a seeded generator."""

import json
import random
import uuid
from typing import Any

STRINGS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "\u202e\u2066",
    "\u2028\u2029",
    "\x1b[31m\r\nforged: line",
    "%00",
    "%n%s%x",
    "..%2f..%2fetc%2fpasswd",
    "../../../etc/passwd",
    "' OR 1=1 --",
    '"; DROP TABLE users; --',
    "$(id)`id`|id",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "a" * 300,
    "\U0001f98a" * 100,
    "e\u0301" * 200,
    "\u0e49" * 500,
    "null",
    "NaN",
    "-1",
    "1e309",
    "9" * 40,
    "2026-13-45T25:61:61Z",
    "0000-00-00",
    "9999-12-31T23:59:60.999999Z",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "@everyone @here",
    "owner",
    "room.read",
    "http://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "\\\\server\\share",
)
NUMBERS = (0, -1, 1, 2**31, -(2**31), 2**53, 2**53 + 1, 2**63, -(2**63) - 1, 10**40, 0.5, -0.0, 1e308)
BOMBS = (
    "[",
    "](",
    "*a_",
    ">",
    "`",
    "&#x41;",
    ":a",
    "@a",
    "a@",
    "http://",
    "|-",
    "\u0301",
    "- ",
    "\n\n",
    "<a ",
    "~~",
    "![",
    "\\",
)
NOT_JSON = (
    b"",
    b"{",
    b"}",
    b"[",
    b"nul",
    b"'a'",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"a":}',
    b"{,}",
    b"1 2",
    b"\x00" * 50,
)
KEYS = (
    "text", "cid", "thread", "name", "kind", "topic", "users", "items", "role", "allow", "principal",
    "principal_id", "permissions", "seq", "username", "display_name", "email", "reason", "until", "limit",
    "period_seconds", "burst", "op", "ref", "room", "rooms", "since", "epoch", "seen", "token", "message",
    "archived", "category", "time_zone", "max_uses", "expires_in", "__proto__", "constructor", "$where",
)  # fmt: skip


def text(rng: random.Random) -> str:
    """A short text, or one made to be slow."""
    if rng.random() < 0.5:
        return rng.choice(STRINGS)
    size = rng.choice((10, 100, 1000, 8000, 16_000, 16_001))
    if rng.random() < 0.5:
        return (rng.choice(BOMBS) * size)[:size]
    return "".join(rng.choice(BOMBS) for _ in range(min(size, 400)))


def value(rng: random.Random, ids: list[str], depth: int = 0) -> Any:
    """Anything that JSON can say, and some that it can not."""
    kind = rng.random()
    if kind < 0.2 and depth < 4:
        return several(rng, ids, depth)
    plain = (STRINGS, STRINGS, ids, ids, NUMBERS, (None, True, False, float("nan"), float("inf")))
    return text(rng) if kind < 0.25 else rng.choice(rng.choice(plain))


def several(rng: random.Random, ids: list[str], depth: int) -> Any:
    """A list or an object of them."""
    if rng.random() < 0.5:
        return [value(rng, ids, depth + 1) for _ in range(rng.choice((0, 1, 3, 20)))]
    return {rng.choice(KEYS): value(rng, ids, depth + 1) for _ in range(rng.choice((0, 1, 4)))}


def encoded(rng: random.Random, wanted: Any) -> bytes:
    """JSON of it, now and then broken afterwards."""
    data = json.dumps(wanted, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    way = rng.random()
    if way < 0.7:
        return data
    if way < 0.75:
        return rng.choice(NOT_JSON)
    if way < 0.8:
        deep = rng.choice((15, 17, 1000, 5000))
        return b'{"a":' * deep + data + b"}" * deep
    if way < 0.85:
        return data[:-1] + b',"text":"twice","text":"twice"}' if data.endswith(b"}") else data * 2
    return mutated(rng, data)


def mutated(rng: random.Random, data: bytes) -> bytes:
    """The same with some bytes changed, doubled or left out."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        what = rng.random()
        if what < 0.5 and changed:
            changed[at % len(changed)] = rng.randrange(256)
        elif what < 0.75:
            changed[at:at] = bytes([rng.randrange(256)]) * rng.choice((1, 2, 50))
        else:
            del changed[at : at + rng.choice((1, 2, 20))]
    return bytes(changed)


def an_id(rng: random.Random, ids: list[str]) -> str:
    """One that is there, one that is not, or none."""
    way = rng.random()
    if way < 0.5:
        return rng.choice(ids)
    if way < 0.65:
        return str(uuid.UUID(int=rng.getrandbits(128)))
    return rng.choice(STRINGS)
