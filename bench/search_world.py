"""A world to search: people in many rooms, and as many messages as wanted, stored past the server."""

import asyncio
import itertools
import json
import os
import random
import resource
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from bench.rest import Rest, rest
from bench.server import PROGRAM, SETTINGS, Server
from bench.world import PASSWORD

PEOPLE = 4
PORTIONS = (1, 2, 4, 50)  # person n is in every so many-th room: of 100 in 100, 50, 25 and 2
VOCABULARY, SHORTEST, LONGEST = 50_000, 3, 30  # words; those of a text follow Zipf's law
YEAR = 365 * 24 * 3600 * 1_000_000
CHUNK = 20_000
DAY_ONE = 1_735_689_600_000_000


@dataclass(frozen=True)
class Stored:
    """A message as it is stored."""

    id: uuid.UUID
    room: int
    seq: int
    ts: int
    text: str


@dataclass(frozen=True)
class Library:
    """Who searches where: the rooms each may read, and words by how common they are."""

    workspace: str
    tokens: list[str]
    rooms: list[str]
    readable: list[frozenset[str]]
    sender: str
    words: list[str]


async def make_library(data: Path, database_url: str, rooms: int) -> Library:
    """People and private rooms, over the API."""
    with Server(data, pinned=False, database_url=database_url) as server:
        async with rest(server.host, server.port, 4) as api:
            return await _populate(api, rooms)


async def _populate(api: Rest, number_of_rooms: int) -> Library:
    person = {"username": "owner", "display_name": "Owner", "password": PASSWORD}
    made = await api.call("POST", "/setup", {"workspace": "Library", **person})
    workspace, owner = made["workspace"]["id"], await _sign_in(api, "owner")
    users, tokens = [], []
    for number in range(PEOPLE):
        invite = await api.call("POST", f"/workspaces/{workspace}/invites", {}, owner)
        form = {"username": f"reader{number}", "display_name": "Reader", "password": PASSWORD}
        users.append((await api.call("POST", "/auth/register", {**form, "invite": invite["token"]}))["id"])
        tokens.append(await _sign_in(api, f"reader{number}"))
    rooms: list[str] = []
    readable: list[set[str]] = [set() for _ in users]
    for number in range(number_of_rooms):
        body = {"name": f"room {number}", "kind": "private"}
        rooms.append((await api.call("POST", f"/workspaces/{workspace}/rooms", body, owner))["id"])
        for n, portion in enumerate(PORTIONS):
            if number % portion == 0:
                await api.call("PUT", f"/rooms/{rooms[-1]}/members/{users[n]}", {}, owner)
                readable[n].add(rooms[-1])
    return Library(workspace, tokens, rooms, [*map(frozenset, readable)], users[0], vocabulary())


async def _sign_in(api: Rest, name: str) -> str:
    answer = await api.form("/auth/token", grant_type="password", username=name, password=PASSWORD)
    return str(answer["access_token"])


def vocabulary() -> list[str]:
    """Made-up words, the most common one first."""
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(VOCABULARY)]


def messages(words: list[str], number: int, heads: list[int]) -> Iterator[list[Stored]]:
    """Messages of the last year in rooms of different sizes, some thousand at a time."""
    chance = random.Random(2)
    weights = [*itertools.accumulate(1 / rank for rank in range(1, len(words) + 1))]
    made = 0
    while made < number:
        chunk = []
        for n in range(made, min(number, made + CHUNK)):
            room = int(chance.random() ** 2 * len(heads))
            heads[room] += 1
            ts = DAY_ONE + n * YEAR // number
            told = uuid.UUID(int=(ts // 1000 << 80) | (7 << 76) | (2 << 62) | chance.getrandbits(62))
            text = " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(SHORTEST, LONGEST)))
            chunk.append(Stored(told, room, heads[room], ts, text))
        made += len(chunk)
        yield chunk


async def fill(library: Library, data: Path, database_url: str, number: int) -> None:
    """Store messages and their events."""
    store = _fill_postgresql(library, database_url, number) if database_url else None
    await (store or asyncio.to_thread(_fill_sqlite, library, data / "talkoot.db", number))


def _fill_sqlite(library: Library, path: Path, number: int) -> None:
    database = sqlite3.connect(path)
    rooms = [uuid.UUID(room).bytes for room in library.rooms]
    sender = uuid.UUID(library.sender).bytes
    known = dict(database.execute("SELECT id, head FROM logs"))
    heads = [known[room] for room in rooms]
    for chunk in messages(library.words, number, heads):
        database.executemany(
            "INSERT INTO messages (id, room_id, seq, sender_id, text, ts, reply_count)"
            " VALUES (?, ?, ?, ?, ?, ?, 0)",
            [(m.id.bytes, rooms[m.room], m.seq, sender, m.text, m.ts) for m in chunk],
        )
        database.executemany(
            "INSERT INTO events (log, seq, id, type, subject, sender, ts, count, fence, body)"
            " VALUES (?, ?, ?, 'message.created', ?, ?, ?, ?, 0, ?)",
            [(rooms[m.room], m.seq, m.id.bytes, m.id.bytes, sender, m.ts, m.seq, _body(m)) for m in chunk],
        )
    database.executemany(
        "UPDATE logs SET head = ?1, count = ?1 WHERE id = ?2", zip(heads, rooms, strict=True)
    )
    database.commit()
    database.close()


async def _fill_postgresql(library: Library, url: str, number: int) -> None:
    database = await asyncpg.connect(url)
    rooms, sender = [*map(uuid.UUID, library.rooms)], uuid.UUID(library.sender)
    known = {row["id"]: row["head"] for row in await database.fetch("SELECT id, head FROM logs")}
    heads = [known[room] for room in rooms]
    for chunk in messages(library.words, number, heads):
        await database.copy_records_to_table(
            "messages",
            columns=("id", "room_id", "seq", "sender_id", "text", "ts", "reply_count"),
            records=[(m.id, rooms[m.room], m.seq, sender, m.text, m.ts, 0) for m in chunk],
        )
        await database.copy_records_to_table(
            "events",
            columns=("log", "seq", "id", "type", "subject", "sender", "ts", "count", "fence", "body"),
            records=[
                (rooms[m.room], m.seq, m.id, "message.created", m.id, sender, m.ts, m.seq, 0, _body(m))
                for m in chunk
            ],
        )
    await database.executemany(
        "UPDATE logs SET head = $1, count = $1 WHERE id = $2", list(zip(heads, rooms, strict=True))
    )
    await database.execute("ANALYZE")
    await database.close()


def _body(message: Stored) -> str:
    return json.dumps({"text": message.text, "thread": None})


def rebuild(data: Path, database_url: str, number: int) -> dict[str, Any]:
    """`talkoot search rebuild`, and what it costs a message in the program itself."""
    environment = {**os.environ, **SETTINGS, "TALKOOT_DATA": str(data), "TALKOOT_DATABASE_URL": database_url}
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([PROGRAM, "search", "rebuild"], env=environment, check=True, stdout=subprocess.DEVNULL)
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begin
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"done": number, "seconds": round(seconds, 3), "cpu_us": round(cpu * 1e6 / number, 3)}
