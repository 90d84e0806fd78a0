"""The installation that the servers of a cluster belong to, and the key that all of them have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.clock import SystemClock
from talkoot.kernel.database import opened_database
from talkoot.kernel.installation import Known, change_key, known_installation, make_installation
from talkoot.kernel.sealing import DoesNotOpen, reseal
from talkoot.kernel.secrets import Secrets, load_secrets, read_key
from talkoot.kernel.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from talkoot.kernel.transactions import Tx
    from talkoot.settings import Settings

OTHER_KEY = (
    "This secret key is not the one of the database: its servers and workers all need the same secret_key"
    " (TALKOOT_SECRET_KEY). Give this one the key of the others. To change it on purpose, stop all of them,"
    " run `talkoot rekey` with the new key, and start them with it."
)

NO_OLD_KEY = (
    "Secrets in the database are sealed with the key before this one: write that one into a file, and name"
    " it with --old-key-file. Nothing was changed."
)
NOT_THE_OLD_KEY = (
    "The key in --old-key-file does not open all that is sealed in the database: it is not the one before"
    " this one. Nothing was changed."
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


async def take_key(settings: Settings, old_key_file: Path | None) -> tuple[bool, int]:
    """The database takes the key of these settings: whether a cluster served it, and what was sealed anew."""
    from talkoot.migrations.tables import METADATA

    old, new = _old_secrets(old_key_file), load_secrets(settings)

    async def action(tx: Tx) -> tuple[bool, int]:
        resealed = await reseal(tx, METADATA, old, new)
        return await change_key(tx, new), resealed

    async with _unit_of_work(settings) as uow:
        try:
            return await uow.run(action)
        except DoesNotOpen:
            raise Failure(Exit.REFUSED, NO_OLD_KEY if old is None else NOT_THE_OLD_KEY) from None


def _old_secrets(key_file: Path | None) -> Secrets | None:
    if key_file is None:
        return None
    try:
        return Secrets(read_key(key_file))
    except OSError as error:
        raise Failure(Exit.USAGE, f"{key_file} can not be read: {error.strerror}.") from None


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
