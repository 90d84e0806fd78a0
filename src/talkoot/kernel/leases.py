"""What only one of many processes may do at a time: a row that its holder renews, and others wait for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.clock import SECOND
from talkoot.kernel.moments import moment
from talkoot.kernel.types import Model
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx


class Lease(Model):
    """Who does something, and when that ends unless it is renewed."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[UUID]
    ends_at: Mapped[int]


async def hold(tx: Tx, name: str, holder: UUID, seconds: float) -> bool:
    """Take what is free, or go on holding it; False while it is somebody else's."""
    now = moment(tx.connection, tx.now)
    values = {"holder": holder, "ends_at": now + round(seconds * SECOND)}
    taken = await tx.connection.execute(
        insert_into(tx.connection, Lease)
        .values(name=name, **values)
        .on_conflict_do_update(
            index_elements=[Lease.name],
            set_=values,
            where=or_(Lease.holder == holder, Lease.ends_at <= now),
        )
        .returning(Lease.name)
    )
    return taken.one_or_none() is not None


async def let_go(tx: Tx, name: str, holder: UUID) -> None:
    """Let others have it at once, if it is ours."""
    await tx.connection.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


async def forget(tx: Tx, names: Iterable[str]) -> None:
    """What these were about is no more, and nobody will ask who does it."""
    await tx.connection.execute(delete(Lease).where(Lease.name.in_([*names])))


async def is_held(read: Read, name: str, now: int) -> bool:
    """Whether anybody does it at this moment."""
    standing = select(Lease.name).where(Lease.name == name, Lease.ends_at > moment(read.connection, now))
    return await read.connection.scalar(standing) is not None
