"""Everybody comes back to one room at the same moment: what the database is asked, and what it costs."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import redis

from bench.cluster.place import Spread
from bench.cluster.returning import Address, Returning
from bench.member import Shared
from bench.rest import rest
from bench.swarm import AT_ONCE, Seat
from bench.waiting import PATIENCE, until
from bench.world import Sizes
from tests.servers.postgres import Postgres

CLIENTS = 1000
MISSED = 50  # messages, written by the first node; those who come back come to the others
TOLD = 0.5  # seconds until Redis was told of them
CASES = ("Redis has them", "Redis was emptied")
STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]*): (.*)")
READS_EVENTS = re.compile(r"^SELECT events\.log, events\.seq\b")
# Beginning and ending a transaction, the pool's question whether the connection lives, and what all servers
# look up from time to time, whoever comes: jobs, limits, keys, sessions that were revoked, the calendar.
NOT_COUNTED = re.compile(
    r"^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|;|SELECT 1$|SELECT sessions\.id\b|ALTER SYSTEM|SHOW |$)"
    r"|\b(jobs?|chosen_limits|signing_keys|cron_slots|search\w*|statement_timestamp|pg_reload_conf)\b",
    re.IGNORECASE,
)
Sample = dict[str, Any]


class Statements:
    """What the nodes ask PostgreSQL while the block runs, by its own log."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @property
    def of_events(self) -> int:
        """Those that read events of a log."""
        return sum(READS_EVENTS.match(statement) is not None for statement in self.found)


@asynccontextmanager
async def statements(place: Spread) -> AsyncIterator[Statements]:
    """Every statement is written down, on the connections that are open already too."""
    postgres, told = place.cluster.postgres, Statements()
    begun = await asyncio.to_thread(_write_down, postgres, "all")
    try:
        yield told
    finally:
        await asyncio.to_thread(_write_down, postgres, "none")
    every = STATEMENT.findall(postgres.log[begun:])
    told.found = [statement for statement in every if not NOT_COUNTED.search(statement)]


async def resume(place: Spread, sizes: Sizes, clients: int = CLIENTS) -> list[Sample]:
    """Whether Redis still has what they missed, or not; all nodes but the first one are asked."""
    return [
        {"case": case, "repeat": repeat, **await _once(place, clients, case)}
        for repeat in range(sizes.repeats)
        for case in CASES
    ]


async def _once(place: Spread, clients: int, case: str) -> Sample:
    seats, addresses = place.crowded(clients), place.addresses[1:]
    since = await _said(place, seats[0])
    if case == CASES[1]:
        await asyncio.to_thread(_empty, place.cluster.valkey.url)
    waiting = await _connected(addresses, seats)
    paid = place.costs()
    async with statements(place) as told:
        for member in waiting:
            member.come_in(since)
        await asyncio.gather(*(asyncio.wait_for(member.ready, PATIENCE) for member in waiting))
    costs = {f"{part}_us": (now - paid[part]) * 1e6 / clients for part, now in place.costs().items()}
    for member in waiting:
        if member.wrong or member.last != since + MISSED:
            raise AssertionError(f"Somebody has {member.last} of {since + MISSED}: {member.wrong} wrong")
        member.close()
    asked = {"statements": len(told.found), "of_events": told.of_events, "nodes": len(addresses)}
    return {"clients": clients, **asked, **{name: round(value, 1) for name, value in costs.items()}}


class _Waiting(Returning):
    """Somebody who was welcomed, and asks for the room when everybody is there."""

    welcomed = False

    def come_in(self, since: int) -> None:
        self.since = self.last = since
        super()._other(b'{"op":"welcome"}')

    def _other(self, payload: bytes) -> None:
        if payload.startswith(b'{"op":"welcome"'):
            self.welcomed = True
        else:
            super()._other(payload)


async def _connected(addresses: Sequence[Address], seats: Sequence[Seat]) -> list[_Waiting]:
    shared, members = Shared(), list[_Waiting]()
    for number, seat in enumerate(seats):
        members.append(await _one(shared, addresses[number % len(addresses)], seat))
        if number % AT_ONCE == AT_ONCE - 1 or number == len(seats) - 1:
            await until(lambda: all(member.welcomed for member in members[-AT_ONCE:]))
    return members


async def _one(shared: Shared, address: Address, seat: Seat) -> _Waiting:
    loop = asyncio.get_running_loop()
    _, member = await loop.create_connection(lambda: _Waiting(shared, address, seat, None), *address)
    return member


async def _said(place: Spread, seat: Seat) -> int:
    """Where the room stood before somebody said a lot at the first node."""
    async with rest(*place.addresses[0], lines=1) as api:
        path, text = f"/rooms/{seat.room}/messages", {"text": "x" * 100}
        sent = [await api.call("POST", path, text, seat.token) for _ in range(MISSED)]
    await asyncio.sleep(TOLD)
    return int(sent[0]["seq"]) - 1


def _write_down(postgres: Postgres, which: str) -> int:
    """Let it log these statements from now on; how much it had said before."""
    begun = len(postgres.log)
    postgres.query(f"ALTER SYSTEM SET log_statement = '{which}'")
    postgres.query("SELECT pg_reload_conf()")
    while postgres.query("SHOW log_statement") != which:
        time.sleep(0.02)
    return begun


def _empty(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushall()
