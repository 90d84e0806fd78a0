"""Which installation this is: a name that the database has, and a mark of the key that its servers share.

One database is one installation. A restored one is another: what was told of the first is not true of it.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model
from talkoot.kernel.upsert import insert_into
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Read, Tx

_PURPOSE = "installation"


class Incarnation(Model):
    """One row, made by the first server of a cluster; without it the next one makes another."""

    __tablename__ = "incarnation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[UUID]
    key_mark: Mapped[str]


class Known(Value, frozen=True):
    """The name of the installation, and what its key signs it with."""

    name: UUID
    key_mark: str

    def has_key(self, secrets: Secrets) -> bool:
        """Whether these are its secrets, in constant time."""
        return hmac.compare_digest(self.key_mark.encode(), _mark(secrets, self.name).encode())


async def known_installation(read: Read) -> Known | None:
    """What the database says; None before any cluster served it."""
    found = (await read.connection.execute(select(Incarnation.name, Incarnation.key_mark))).one_or_none()
    return Known(found.name, found.key_mark) if found else None


async def make_installation(tx: Tx, secrets: Secrets) -> None:
    """Name it, if nobody did at the same moment."""
    name = uuid4()
    named = insert_into(tx.connection, Incarnation).values(id=1, name=name, key_mark=_mark(secrets, name))
    await tx.connection.execute(named.on_conflict_do_nothing())


async def change_key(tx: Tx, secrets: Secrets) -> bool:
    """From now on these are its secrets; False when no cluster ever served it."""
    known = await known_installation(tx)
    if known is None:
        return False
    await tx.connection.execute(update(Incarnation).values(key_mark=_mark(secrets, known.name)))
    return True


def _mark(secrets: Secrets, name: UUID) -> str:
    return secrets.sign(_PURPOSE, name.hex)
