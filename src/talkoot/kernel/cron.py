"""What runs at set times: each slot becomes one job, however many processes look at the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from cronsim import CronSim
from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.clock import SECOND, to_datetime
from talkoot.kernel.jobs import enqueue
from talkoot.kernel.types import Model
from talkoot.kernel.upsert import insert_into
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx


class Cron(Value, frozen=True):
    """A kind of job and when it runs: five fields, minute to day of the week, in UTC."""

    kind: str
    when: str


class CronSlot(Model):
    """The last slot of a schedule that became a job; it only moves forward, so that each fires once."""

    __tablename__ = "cron_slots"

    kind: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int]


def last_slot(cron: Cron, now: int) -> int:
    """The latest moment of a schedule that is not after `now`."""
    moment = to_datetime(now).replace(second=0, microsecond=0) + timedelta(minutes=1)
    return int(next(CronSim(cron.when, moment, reverse=True)).timestamp()) * SECOND


async def unfired(read: Read, schedule: Sequence[Cron], now: int) -> list[Cron]:
    """Those whose last slot has not become a job, as far as can be seen without writing."""
    found = await read.connection.execute(select(CronSlot.kind, CronSlot.slot))
    fired = {row.kind: row.slot for row in found}
    return [cron for cron in schedule if fired.get(cron.kind, -1) < last_slot(cron, now)]


async def fire(tx: Tx, cron: Cron, now: int) -> bool:
    """Make the job of the last slot, unless somebody did; of several that were missed only the last counts.

    A schedule that is seen for the first time begins with its next slot.
    """
    slot = last_slot(cron, now)
    begin = insert_into(tx.connection, CronSlot).values(kind=cron.kind, slot=slot)
    await tx.connection.execute(begin.on_conflict_do_nothing())
    moved = await tx.connection.execute(
        update(CronSlot)
        .where(CronSlot.kind == cron.kind, CronSlot.slot < slot)
        .values(slot=slot)
        .returning(CronSlot.kind)
    )
    if moved.one_or_none() is None:
        return False
    await enqueue(tx, cron.kind, {"slot": slot}, dedupe="cron")
    return True
