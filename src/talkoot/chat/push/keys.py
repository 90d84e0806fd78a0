"""The key by which push services know this installation: made once, and sealed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from talkoot.chat.push.models import PushKey
from talkoot.chat.push.queries import KEY, push_key
from talkoot.chat.push.vapid import new_key
from talkoot.kernel.sealing import seal, unseal
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Tx


async def installation_key(kernel: Kernel) -> str:
    """The key that signs for this installation, its private part too; made now if it is not there."""
    async with kernel.uow.read() as read:
        there = await push_key(read)
    sealed = there.key if there else await kernel.uow.run(partial(_make, secrets=kernel.secrets))
    return unseal(kernel.secrets, PushKey.key, KEY, sealed)


async def _make(tx: Tx, secrets: Secrets) -> bytes:
    """Whoever is first makes it, and all others have that one."""
    made = {"id": KEY, "key": seal(secrets, PushKey.key, KEY, new_key()), "created_at": tx.now}
    await tx.connection.execute(insert_into(tx.connection, PushKey).values(made).on_conflict_do_nothing())
    return (await tx.session.get_one(PushKey, KEY)).key
