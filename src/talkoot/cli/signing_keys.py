"""What `talkoot keys` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.actions import rotate_signing_key
from talkoot.chat.accounts.queries import signing_keys
from talkoot.cli.databases import unit_of_work
from talkoot.kernel.audit import OPERATOR, Act, record
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.secrets import load_secrets

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx
    from talkoot.settings import Settings


async def rotate(settings: Settings, *, at_once: bool) -> str:
    """Make another key; its id."""
    secrets = load_secrets(settings)

    async def action(tx: Tx) -> str:
        made = await rotate_signing_key(tx, secrets, alone=at_once)
        await record(tx, OPERATOR, Act("key.rotated", None, made.id, after={"at_once": at_once}))
        return made.id.hex

    async with unit_of_work(settings) as uow:
        return await uow.run(action)


async def lines(settings: Settings) -> list[str]:
    """A line for each key, the newest first."""
    async with unit_of_work(settings) as uow, uow.read() as read:
        found = [*reversed(await signing_keys(read))]
    return [
        f"{key.id.hex}\t{rfc3339(key.created_at)}\t{'verifies for a while' if number else 'signs'}"
        for number, key in enumerate(found)
    ]
