"""Inputs that are no sense at all, over HTTP and the socket, while others write."""

import json
import random
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.clients import Api, Json, Socket
from tests.faults.stage import Stage

REQUESTS, FRAMES = 400, 800
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**31, 2**63, 2**70, 1e308, float("nan"), "", "x" * 5000, "\0", "\ud800", "%s{0}"),
    *("' OR 1=1 --", "01a1fdd1-0000-7000-8000-000000000000", "\u202e", [], {}, [[[[]]]], {"a": {"b": []}}),
)
FIELDS = (
    *("text", "cid", "room", "rooms", "seq", "since", "limit", "after", "before", "name", "kind", "seen"),
    *("ref", "message", "thread", "users", "token", "principal", "permissions", "items", "epoch"),
)
OPS = ("hello", "sub", "unsub", "send", "edit", "delete", "typing", "hb", "presence", "watch", "auth", "?", 5)
BROKEN = ("Traceback", "was never retrieved", "Unhandled")


async def bad_inputs(stage: Stage) -> None:
    """Nothing of it is a failure of the server's own, and nobody else notices."""
    person, chance = stage.people[2], stage.chance
    made = await stage.owner.post(
        f"/workspaces/{stage.workspace}/rooms", {"name": "rubbish", "kind": "public"}
    )
    await stage.owner.put(f"/rooms/{made['id']}/members/{person.user['id']}", expect=204)
    for node in stage.deployment.nodes:
        async with Api(node.url, person.token, person.user) as api:
            for _ in range(REQUESTS):
                await _ask(api, chance, made["id"], stage.workspace)
            await _talk(api, chance, made["id"])
        stage.injected("senseless request", REQUESTS)
        stage.injected("senseless frame", FRAMES)
    await stage.load(20)
    for node in stage.deployment.nodes:
        for word in BROKEN:
            _, found, behind = node.log.partition(word)
            assert not found, found + behind[:5000]


def _something(chance: random.Random, room: str) -> Json:
    fields = chance.sample(FIELDS, chance.randrange(6))
    return {name: chance.choice((*VALUES, room)) for name in fields}


async def _ask(api: Api, chance: random.Random, room: str, workspace: str) -> None:
    where = chance.choice((room, room, "nothing", "%00", "01a1fdd1-0000-7000-8000-000000000000"))
    method, path = chance.choice(
        (
            *(("POST", f"/rooms/{where}/messages"), ("GET", f"/rooms/{where}/messages")),
            *(
                ("GET", f"/rooms/{where}/events"),
                ("PUT", f"/rooms/{where}/read"),
                ("PATCH", f"/rooms/{where}"),
            ),
            *(
                ("POST", f"/workspaces/{workspace}/rooms"),
                ("PATCH", f"/messages/{where}"),
                ("GET", "/unreads"),
            ),
            *(("PUT", f"/rooms/{where}/acl"), ("POST", "/auth/token"), ("POST", "/auth/refresh")),
        )
    )
    body = json.dumps(_something(chance, room)).encode()
    if chance.random() < 0.3:
        body = chance.choice((b"", b"{", b"\xff\xfe", b"[" * 50_000, chance.randbytes(300)))
    query = {k: str(v)[:50] for k, v in _something(chance, room).items() if v != "\ud800"}
    headers = {"content-type": chance.choice(("application/json", "text/plain", "multipart/form-data", "?"))}
    answer = await api.http.request(method, path, content=body, params=query, headers=headers)
    assert answer.status_code < 500, f"{method} {path} {query} {headers} {body[:500]!r}: {answer.text}"


async def _talk(api: Api, chance: random.Random, room: str) -> None:
    socket = await Socket.of(api)
    for _ in range(FRAMES):
        frame: str | bytes = json.dumps({**_something(chance, room), "op": chance.choice(OPS)})
        if chance.random() < 0.05:
            frame = chance.choice(("", "{", "[]", "null", "[" * 5000, chance.randbytes(50)))
        try:
            await socket.connection.send(frame)
            if chance.random() < 0.1:
                await socket.ask(op="hb")
        except ConnectionClosed as ended:
            code = ended.rcvd.code if ended.rcvd else None
            assert code not in {1006, 1011, 4500, None}, f"after {frame[:200]!r}: {code}"
            await socket.close()
            socket = await Socket.of(api)
    await socket.close()
