"""What `talkoot user export` and `delete` do: apart from their words, as all that loads the chat."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from talkoot.backends import open_blobs
from talkoot.chat.privacy.actions.deletion import close_and_plan
from talkoot.chat.privacy.archive import Archive
from talkoot.chat.privacy.gathering import gather
from talkoot.cli.accounts import account
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.audit import OPERATOR, Act, record
from talkoot.kernel.clock import SystemClock, rfc3339

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx
    from talkoot.settings import Settings


async def export(settings: Settings, username: str, to: Path) -> None:
    """Write the file, for its owner alone; it is there whole or not at all."""
    async with unit_of_work(settings) as uow:
        async with uow.read() as read:
            person = (await account(read, username)).id

        async def asked(tx: Tx) -> None:
            await record(tx, OPERATOR, Act("account.export_asked", None, person))

        try:
            file = os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except OSError as error:
            raise Failure(Exit.REFUSED, f"{to} can not be made: {error.strerror}.") from None
        try:
            with file:
                await uow.run(asked)
                archive = Archive()
                async for part in gather(uow, open_blobs(settings), person, SystemClock().now()):
                    archive.add(part.name, part.data)
                    file.writelines(archive.pieces())
                archive.close()
                file.writelines(archive.pieces(last=True))
        except BaseException:
            os.unlink(to)  # noqa: PTH108 - one call, and nobody else waits here
            raise


async def delete(settings: Settings, username: str, *, at_once: bool, messages: bool) -> str:
    """Close the account and leave the rest to the server; from when on it does that."""
    days = 0 if at_once else settings.deletion_days

    async def action(tx: Tx) -> int:
        person = (await account(tx, username)).id
        return await close_and_plan(tx, OPERATOR, person, days, messages=messages)

    async with unit_of_work(settings) as uow:
        return rfc3339(await uow.run(action))[:19]
