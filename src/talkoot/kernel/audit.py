"""The audit log: who did what to whom, written with the act or not at all, and never changed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import Index, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from talkoot.kernel.transactions import Read, Tx


class AuditRecord(Model):
    """One act. The tables refuse to change or delete a row; ids rise with time.

    `scope` is the tenant that it concerns, none for the whole installation; `place` is where inside it.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_scope", "scope", "id"),
        Index("ix_audit_log_actor", "scope", "actor", "id"),
        Index("ix_audit_log_subject", "scope", "subject", "id"),
        Index("ix_audit_log_kind", "scope", "kind", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ts: Mapped[int]
    kind: Mapped[str]
    actor: Mapped[UUID | None]
    address: Mapped[str]
    scope: Mapped[UUID | None]
    place: Mapped[UUID | None]
    subject: Mapped[UUID | None]
    before: Mapped[str | None]
    after: Mapped[str | None]
    reason: Mapped[str]


class Acting(Protocol):
    """Whoever does it, and from which address."""

    @property
    def user(self) -> UUID | None:
        """None for who has the machine itself, and for the program."""
        ...

    @property
    def address(self) -> str:
        """Of the network; or what it was instead."""
        ...


class Itself(Value, frozen=True):
    """Who acts without an account."""

    address: str
    user: None = None


OPERATOR = Itself("command line")
PROGRAM = Itself("job")


class Act(Value, frozen=True):
    """What was done: `kind` is `thing.done`; before and after are what changed of it."""

    kind: str
    scope: UUID | None
    subject: UUID | None = None
    place: UUID | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""


class AuditFilter(Value, frozen=True):
    """Which acts are looked for; what is None does not matter. Times are microseconds since the epoch."""

    actor: UUID | None = None
    subject: UUID | None = None
    kind: str | None = None
    since: int | None = None
    until: int | None = None


async def record(tx: Tx, acting: Acting, act: Act) -> None:
    """Write down an act in the transaction that does it: the only way into the audit log."""
    await tx.connection.execute(
        insert(AuditRecord).values(
            id=new_id(),
            ts=tx.now,
            kind=act.kind,
            actor=acting.user,
            address=acting.address,
            scope=act.scope,
            place=act.place,
            subject=act.subject,
            before=_text(act.before),
            after=_text(act.after),
            reason=act.reason,
        )
    )


async def newest_acts(
    read: Read, scope: UUID | None, wanted: AuditFilter, *, before: UUID | None = None, limit: int
) -> Sequence[AuditRecord]:
    """Acts of one scope, the newest first, from behind `before`."""
    query = select(AuditRecord).where(AuditRecord.scope == scope)
    for column, value in (
        (AuditRecord.actor, wanted.actor),
        (AuditRecord.subject, wanted.subject),
        (AuditRecord.kind, wanted.kind),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditRecord.ts >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRecord.ts < wanted.until)
    if before is not None:
        query = query.where(AuditRecord.id < before)
    return (await read.session.scalars(query.order_by(AuditRecord.id.desc()).limit(limit))).all()


def _text(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else msgspec.json.encode(values).decode()
