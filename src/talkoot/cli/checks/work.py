"""What is done beside the requests: whether anybody does it, and how far behind they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from talkoot.chat.search.opening import TURN, index_for
from talkoot.chat.search.postgres_index import is_whole
from talkoot.cli.checks.finding import Finding
from talkoot.cli.databases import require_fitting
from talkoot.cli.failures import Failure
from talkoot.kernel import jobs, leases
from talkoot.kernel.clock import SystemClock
from talkoot.kernel.database import opened_database
from talkoot.kernel.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read
    from talkoot.settings import Settings

_OVERDUE = 30.0  # seconds
_MANY_ROOMS = 100


async def work(settings: Settings) -> AsyncIterator[Finding]:
    """Jobs are done in time, and in a cluster there are workers that do them."""
    try:
        await require_fitting(settings)
    except Failure:  # said by the check of the database
        return
    async with reading(settings) as read:
        yield await _queue(settings, read)
        if dead := (await jobs.counts(read)).get("dead", 0):
            yield Finding("warn", "jobs", f"{dead} were given up: talkoot jobs list tells why")
        if settings.search == "on" and settings.clustered:
            yield await _workers(read)
            yield await _search(settings, read)


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Read]:
    """A view of a database that fits."""
    async with opened_database(settings) as opened, UnitOfWork(opened, SystemClock(), {}).read() as read:
        yield read


async def _queue(settings: Settings, read: Read) -> Finding:
    overdue = await jobs.overdue(read, SystemClock().now())
    if overdue <= _OVERDUE:
        return Finding("ok", "jobs", "none is overdue")
    runs = "does `talkoot worker` run?" if settings.clustered else "does the server run?"
    return Finding("warn", "jobs", f"one has been waiting for {overdue:.0f} s: {runs}")


async def _workers(read: Read) -> Finding:
    if await leases.is_held(read, TURN, SystemClock().now()):
        return Finding("ok", "workers", "one keeps the search index")
    return Finding("warn", "workers", "nobody indexes what is sent: does `talkoot worker` run?")


async def _search(settings: Settings, read: Read) -> Finding:
    index = index_for(settings)
    try:
        if not await is_whole(read, index.stems):
            return Finding("warn", "search", "the index is being made: searches answer 503 until it is whole")
        behind = len(await index.rooms_behind())
    finally:
        await index.close()
    said = f"{behind} rooms have messages that are not indexed yet"
    if behind > _MANY_ROOMS:
        return Finding("warn", "search", f"{said}: more is written than the worker can index")
    return Finding("ok", "search", said if behind else "every message is indexed")
