"""The installation that the servers of a cluster belong to, and the key that all of them have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.clock import SystemClock
from talkoot.kernel.database import opened_database
from talkoot.kernel.installation import Known, change_key, known_installation, make_installation
from talkoot.kernel.secrets import load_secrets
from talkoot.kernel.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.settings import Settings

OTHER_KEY = (
    "This secret key is not the one of the database: its servers and workers all need the same secret_key"
    " (TALKOOT_SECRET_KEY). Give this one the key of the others. To change it on purpose, stop all of them,"
    " run `talkoot rekey` with the new key, and start them with it."
)


async def installation_of(settings: Settings) -> UUID | None:
    """The name of a cluster's installation, made at its first start; a Failure when it has another key.

    A single server needs neither, and has None.
    """
    if not settings.clustered:
        return None
    secrets = load_secrets(settings)
    async with _unit_of_work(settings) as uow:
        if (known := await _look(uow)) is None:
            await uow.run(lambda tx: make_installation(tx, secrets))
            known = await _look(uow)
    if known is None or not known.has_key(secrets):
        raise Failure(Exit.USAGE, OTHER_KEY)
    return known.name


async def has_other_key(settings: Settings) -> bool:
    """Whether the database knows another key than these settings; it must fit."""
    async with _unit_of_work(settings) as uow:
        known = await _look(uow)
    return known is not None and not known.has_key(load_secrets(settings))


async def take_key(settings: Settings) -> bool:
    """The database takes the key of these settings; False when no cluster ever served it."""
    secrets = load_secrets(settings)
    async with _unit_of_work(settings) as uow:
        return await uow.run(lambda tx: change_key(tx, secrets))


async def _look(uow: UnitOfWork) -> Known | None:
    async with uow.read() as read:
        return await known_installation(read)


@asynccontextmanager
async def _unit_of_work(settings: Settings) -> AsyncIterator[UnitOfWork]:
    """One that ends soon, without the program around it."""
    async with opened_database(settings) as database:
        uow = UnitOfWork(database, SystemClock(), {})
        uow.start()
        try:
            yield uow
        finally:
            await uow.close()
