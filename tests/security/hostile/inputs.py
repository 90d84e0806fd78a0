"""Hostile inputs of every kind, each as the bytes that are sent: the same for the same seed."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.security.hostile.values import BOMBS, STRINGS, an_id, encoded, mutated, text, value
from tests.security.raw import frame, upgrade

NEVER = {"POST /api/v1/auth/logout", "DELETE /api/v1/auth/sessions", "DELETE /api/v1/auth/sessions/{session}"}
METHODS = (
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "\x00",
    "G" * 300,
)
OPERATIONS = (
    "sub",
    "unsub",
    "send",
    "edit",
    "delete",
    "read",
    "react",
    "unreact",
    "typing",
    "presence",
    "hb",
    "auth",
    "hello",
    "burn",
)
FIELDS = ("grant_type", "username", "password", "refresh_token", "scope", "client_id")
BOUNDARY = b"x"


@dataclass
class World:
    """Where the inputs go, and ids that are there; `paths` are those of the OpenAPI document."""

    host: str
    token: str
    room: str
    ids: list[str]
    paths: list[tuple[str, str, list[str]]] = field(default_factory=list)  # method, path, names of the query
    file: str = ""

    def read_paths(self, document: dict[str, Any]) -> None:
        """Every operation of the API but those that would sign out who sends the inputs."""
        for path, item in sorted(document["paths"].items()):
            for method, about in sorted(item.items()):
                if f"{method.upper()} {path}" not in NEVER:
                    asked = [p["name"] for p in about.get("parameters", []) if p["in"] == "query"]
                    self.paths.append((method.upper(), path, asked))


Make = Callable[[random.Random, World], bytes]


def request(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One request that leaves the connection open."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + body


def known(world: World) -> dict[str, str]:
    return {"Host": world.host, "Authorization": f"Bearer {world.token}"}


def api(rng: random.Random, world: World) -> bytes:
    """An operation of the API with hostile ids, query and JSON."""
    method, path, asked = rng.choice(world.paths)
    while "{" in path:
        name = path[path.index("{") : path.index("}") + 1]
        path = path.replace(name, quote(an_id(rng, world.ids).encode("utf-8", "surrogatepass"), safe=""), 1)
    query = [f"{name}={hostile_query(rng, world)}" for name in asked if rng.random() < 0.5]
    target = path + (f"?{'&'.join(query)}" if query else "")
    if method in {"GET", "DELETE"}:
        return request(method, target, known(world))
    wanted = {
        rng.choice(("text", "name", "users", "items", "role", "limit", "seq", "reason")): None
        for _ in range(3)
    }
    body = encoded(
        rng, {key: value(rng, world.ids) for key in wanted} if rng.random() < 0.8 else value(rng, world.ids)
    )
    return request(method, target, known(world) | {"Content-Type": "application/json"}, body or b" ")


def hostile_query(rng: random.Random, world: World) -> str:
    wanted = rng.choice(
        (an_id(rng, world.ids), str(rng.choice((0, -1, 201, 2**53, 2**64, 1e9))), text(rng)[:2000])
    )
    return quote(wanted.encode("utf-8", "surrogatepass"))


def message(rng: random.Random, world: World) -> bytes:
    """A message whose text is made to be slow, or strange; or a search for it."""
    if rng.random() < 0.2:
        query = quote(text(rng)[:1500].encode("utf-8", "surrogatepass"))
        return request("GET", f"/api/v1/search?workspace={world.ids[0]}&q={query}", known(world))
    if rng.random() < 0.1:
        return request("GET", f"/api/v1/rooms/{world.room}/messages?limit=20", known(world))
    body = json.dumps({"text": text(rng)}).encode()
    return request(
        "POST",
        f"/api/v1/rooms/{world.room}/messages",
        known(world) | {"Content-Type": "application/json"},
        body,
    )


def form(rng: random.Random, world: World) -> bytes:
    """A form where one is taken, and where none is."""
    target = rng.choice(("/api/v1/auth/token", "/api/v1/auth/token", "/api/v1/auth/login", "/api/v1/setup"))
    if rng.random() < 0.5:
        kind = rng.choice(
            ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=x")
        )
        pairs = [
            f"{rng.choice((*FIELDS, 'a', ''))}={quote(rng.choice(STRINGS).encode('utf-8', 'surrogatepass'))}"
            for _ in range(rng.choice((0, 1, 3, 50, 1500)))
        ]
        body = "&".join(pairs).encode()
    else:
        kind = rng.choice(
            ("multipart/form-data; boundary=x", "multipart/form-data", 'multipart/form-data; boundary="')
        )
        part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        named = rng.choice((b"grant_type", b"a", b"", b"\xff", b'"', b"a" * 2000))
        filed = rng.choice((b"", b'; filename="a"', b'; filename="../../x"', b"; filename*=x''%ff"))
        body = (
            part % (named, filed, b"y" * rng.choice((0, 10, 20_000))) * rng.choice((1, 2, 300)) + b"--x--\r\n"
        )
    if rng.random() < 0.4:
        body = mutated(rng, body)
    return request("POST", target, {"Host": world.host, "Content-Type": kind}, body[:70_000])


def upload(rng: random.Random, world: World) -> bytes:
    """A file with a strange name or content, in a form that may be broken; or a strange range of one."""
    if rng.random() < 0.3:
        target = f"/api/v1/files/{world.file}{rng.choice(('', '', '/thumbnail'))}"
        return request("GET", target, known(world) | {rng.choice(("Range", "If-Range")): rng.choice(RANGES)})
    part, name = rng.choice(("file", "file", "file", "a", "")), rng.choice(FILE_NAMES)
    head = f'--x\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\n'
    body = head.encode("utf-8", "surrogatepass") + b"Content-Type: image/png\r\n\r\n"
    body += rng.choice(CONTENTS) * rng.choice((0, 1, 1, 30))
    if rng.random() < 0.3:
        body = mutated(rng, body)
    body += rng.choice((b"\r\n--x--\r\n", b"\r\n--x--\r\n", b"", b"\r\n--x\r\n" * 50))
    kind = rng.choice(
        ("multipart/form-data; boundary=x",) * 6 + ("multipart/form-data; boundary=" + "x" * 300,)
    )
    target = f"/api/v1/files?room={rng.choice((world.room, world.room, world.ids[0]))}"
    return request("POST", target, known(world) | {"Content-Type": kind}, body[:70_000])


def http(rng: random.Random, world: World) -> bytes:
    """What is hardly HTTP any more; the connection may end with it."""
    target = rng.choice(
        (
            "/",
            "*",
            "//",
            "/api/v1/users/me",
            "/assets/x",
            "/api/docs/",
            "http://a/",
            "/" + "a/" * 500,
            "/?" + "a=1&" * 500,
        )
    )
    head: dict[str, str] = {
        "Host": rng.choice(
            (world.host, "a/admin?x", "", "evil.example", "[::1", world.host + "," + world.host)
        )
    }
    for _ in range(rng.choice((0, 1, 3))):
        head |= rng.choice(ODD_HEADERS)
    data = request(rng.choice(METHODS) if rng.random() < 0.3 else "GET", target, head)
    if rng.random() < 0.2:
        data = upgrade(
            world.host,
            Origin=rng.choice(("null", "https://evil.example", "")),
            Sec_WebSocket_Key=rng.choice(("", "x", "=" * 24)),
        )
    return mutated(rng, data) if rng.random() < 0.5 else data


RANGES = (
    "bytes=0-",
    "bytes=5-1",
    "bytes=-0",
    "bytes=-9999",
    "bytes=1-2,3-4",
    "bytes=99999-",
    "bytes=0-" + "9" * 50,
    '"x"',
)
FILE_NAMES = (
    "../../etc/passwd",
    "a\x1b[31m.png",
    "",
    "." * 300,
    "CON",
    "a.html",
    "a\\b",
    "\u202egnp.exe",
    "a%00.png",
)
CONTENTS = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00",
    b"\xff\xd8\xff\xe1\xff\xffExif\x00\x00",
    b"GIF89a\xff\xff\xff\xff\xf7\x00\x00",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<html><script>alert(1)</script>",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"\x00" * 2000,
    b"--x--\r\n",
)

ODD_HEADERS: tuple[dict[str, str], ...] = (
    {"Content-Length": "-1"},
    {"Content-Length": "9" * 30},
    {"Content-Length": "0, 5"},
    {"Content-Length": "5", "Transfer-Encoding": "chunked"},
    {"Transfer-Encoding": "chunked, identity"},
    {"Transfer-Encoding": "\x0bchunked"},
    {"Expect": "100-continue"},
    {"Range": "bytes=" + "0-," * 500},
    {"Range": "bytes=-" + "9" * 50},
    {"Cookie": "talkoot=" + "." * 500},
    {"Cookie": "; ".join(f"a{n}=b" for n in range(300))},
    {"Authorization": "Bearer " + "a." * 300},
    {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
    {"Authorization": "Basic \xff"},
    {"X-Forwarded-For": "1.1.1.1," * 500},
    {"X-Request-ID": "\x1b[31m"},
    {"Accept-Encoding": "gzip;q=" + "9" * 100},
    {"If-None-Match": '"' * 500},
    {"Connection": "Upgrade, close, keep-alive"},
    {"Upgrade": "h2c"},
    {"Content-Type": "application/json; charset=" + '"' * 400},
    {"A" * 1000: "b"},
    {"X": "y" * 20_000},
)


def frame_of(rng: random.Random, world: World) -> bytes:
    """A frame of the socket: an operation with hostile values, and now and then a broken one."""
    wanted: dict[str, Any] = {"op": rng.choice(OPERATIONS)}
    for key in ("room", "rooms", "text", "cid", "message", "seq", "ref", "users", "seen", "token"):
        if rng.random() < 0.3:
            wanted[key] = value(rng, world.ids)
    if rng.random() < 0.3:
        wanted |= {"op": "send", "room": world.room, "text": text(rng)[:2000]}
    data = encoded(rng, wanted) if rng.random() < 0.03 else json.dumps(plain(wanted)).encode()
    way = rng.random()
    if way < 0.97:
        return frame(data[:60_000])
    if way < 0.99:
        return mutated(rng, frame(data[:60_000]))
    first = rng.randrange(256)
    return frame(
        (rng.choice(BOMBS) * 200).encode()[: rng.choice((0, 125, 126, 400))], first, masked=rng.random() < 0.8
    )


def plain(wanted: Any) -> Any:
    """Without what ends the socket at once, so that most frames reach an operation."""
    if isinstance(wanted, dict):
        return {key: plain(item) for key, item in wanted.items()}
    if isinstance(wanted, list):
        return [plain(item) for item in wanted]
    if isinstance(wanted, str):
        return wanted.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(wanted, float) or (isinstance(wanted, int) and abs(wanted) > 2**53):
        return 1
    return wanted


# What share of all inputs each kind has, in hundredths.
OVER_HTTP: dict[str, tuple[int, Make]] = {
    "operations of the API": (26, api),
    "messages and searches": (10, message),
    "forms": (8, form),
    "uploads and ranges": (4, upload),
    "broken HTTP": (12, http),
}
FRAMES = 40
