"""Another key for access tokens and tickets."""

from __future__ import annotations

import secrets as randomness
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import delete

from talkoot.chat.accounts.models import SigningKey
from talkoot.chat.accounts.queries import signing_keys
from talkoot.kernel.clock import DAY
from talkoot.kernel.ids import new_id
from talkoot.kernel.sealing import seal

if TYPE_CHECKING:
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Tx

KEPT = 7 * DAY  # an access token lives a day at most


async def rotate_signing_key(tx: Tx, secrets: Secrets, *, alone: bool) -> SigningKey:
    """From now on this key signs; older ones verify until what they signed has ended, or not at all."""
    there = await signing_keys(tx)
    ended = [old.id for old, following in pairwise(there) if following.created_at < tx.now - KEPT]
    await tx.connection.execute(delete(SigningKey).where(SigningKey.id.in_(ended)))
    made = new_id()
    key = SigningKey(
        id=made,
        key=seal(secrets, SigningKey.key, made, randomness.token_hex(32)),
        alone=alone,
        created_at=tx.now,
    )
    tx.session.add(key)
    await tx.flush()
    return key
