"""Work that must not be lost: rows of the caller's transaction, claimed under a lease, done at least once.

A claim that is not renewed runs out, and somebody else takes the job. Whoever finishes a job proves that the
claim is still theirs: what is written together with the finish therefore happens once. All moments are by the
clock of the database: a process whose own is wrong neither steals a job nor leaves it lying.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec import field
from sqlalchemy import Index, delete, func, literal, select, update
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.clock import DAY, SECOND
from talkoot.kernel.errors import Conflict, NotFound, TalkootError
from talkoot.kernel.ids import new_id
from talkoot.kernel.moments import current_moment, moment
from talkoot.kernel.progress import Progress
from talkoot.kernel.types import Model
from talkoot.kernel.upsert import insert_into
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx

READY, RUNNING, DONE, DEAD = "ready", "running", "done", "dead"
MAX_ATTEMPTS = 10
KEEP_DONE = DAY
KEEP_DEAD = 30 * DAY

_FIRST_WAIT, _LONGEST_WAIT = 5 * SECOND, 3600 * SECOND
_ERROR_LENGTH = 500
_AT_ONCE = 500  # jobs in one statement
_ASK_IN_A_SECOND = 8  # of those that wait for a turn, so that nobody waits long for nothing
_LONG_LINE = 2000  # jobs: who waits behind more asks as if they were so many
NO_SHARES: Mapping[str, int] = MappingProxyType({})


class Job(Model):
    """One job. `due_at`: when to run it; while it runs: when its lease ends; afterwards: when it ended."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_state_due_at", "state", "due_at"),
        # A key counts until the job is first taken: a change during the run needs another run.
        Index("uq_jobs_kind_dedupe", "kind", "dedupe", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[int]
    lease: Mapped[UUID | None]
    attempts: Mapped[int]
    max_attempts: Mapped[int]
    dedupe: Mapped[str | None]
    created_at: Mapped[int]
    last_error: Mapped[str | None]
    progress_done: Mapped[int | None]
    progress_total: Mapped[int | None]
    progress_note: Mapped[str | None]


class Enqueued(Value, frozen=True):
    """Emitted for each new job."""

    kind: str
    due_at: int


class GivenUp(Value, frozen=True):
    """Emitted, inside the transaction that writes it, for a job that nobody tries again by themselves."""

    kind: str
    payload: dict[str, Any]


class Claim(Value, frozen=True):
    """A job in somebody's hands. Its id stays the same at every attempt: an idempotency key for others."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    attempt: int
    max_attempts: int
    lease: UUID
    progress: Progress = field(default_factory=Progress)
    """Call it to tell how far the job is."""


class NewJob(Value, frozen=True):
    """A job to be written: `run_at` None is at once; one that waits with this kind and `dedupe` is enough."""

    payload: dict[str, Any] = field(default_factory=dict)
    run_at: int | None = None
    dedupe: str | None = None


async def enqueue(
    tx: Tx,
    kind: str,
    payload: dict[str, Any] | None = None,
    *,
    run_at: int | None = None,
    dedupe: str | None = None,
    max_attempts: int = MAX_ATTEMPTS,
) -> UUID | None:
    """Write a job in this transaction; its id, or None when one with this kind and `dedupe` waits already."""
    written = await enqueue_many(tx, kind, [NewJob(payload or {}, run_at, dedupe)], max_attempts=max_attempts)
    return written[0] if written else None


async def enqueue_many(
    tx: Tx, kind: str, new: Sequence[NewJob], *, max_attempts: int = MAX_ATTEMPTS
) -> list[UUID]:
    """Write many jobs of a kind with few statements; the ids of those that did not wait already."""
    now = moment(tx.connection, tx.now)
    rows = [
        {
            "id": new_id(),
            "kind": kind,
            "payload": msgspec.json.encode(job.payload).decode(),
            "state": READY,
            "due_at": now if job.run_at is None else job.run_at,
            "attempts": 0,
            "max_attempts": max_attempts,
            "dedupe": job.dedupe,
            "created_at": now,
        }
        for job in new
    ]
    written: list[UUID] = []
    for at in range(0, len(rows), _AT_ONCE):
        some = rows[at : at + _AT_ONCE]
        # A statement with a list of rows is compiled each time; most write one.
        insert = insert_into(tx.connection, Job).values(some if len(some) > 1 else some[0])
        insert = insert.on_conflict_do_nothing()
        for row in (await tx.connection.execute(insert.returning(Job.id, Job.due_at))).all():
            written.append(row.id)
            await tx.emit(Enqueued(kind, row.due_at))
    return written


async def wait_turn(tx: Tx, claim: Claim) -> None:
    """Another job of its kind is busy: this one has its turn soon, and keeps nobody else from theirs.

    The more of them wait, the later each asks again: all together they ask a few times a second.
    """
    some = select(literal(1)).where(Job.state == READY, Job.kind == claim.kind).limit(_LONG_LINE).subquery()
    waiting = await tx.connection.scalar(select(func.count()).select_from(some)) or 0
    now = await current_moment(tx.connection, tx.now)
    due = now + max(SECOND, waiting * SECOND // _ASK_IN_A_SECOND)
    # It was marked as done in this transaction. It goes on, with the attempts that failed: they do count.
    payload = msgspec.json.encode(claim.payload).decode()
    again = {"state": READY, "payload": payload, "due_at": due, "attempts": claim.attempt - 1}
    await tx.connection.execute(update(Job).where(Job.id == claim.id).values(again))
    await tx.emit(Enqueued(claim.kind, due))


async def until_due(read: Read, kinds: Sequence[str] | None, now: int) -> int | None:
    """Microseconds until the first of these jobs wants to run, or its lease runs out; None without any.

    Below 0 somebody should have taken it already. Without kinds: of all jobs.
    """
    first = select(func.min(Job.due_at) - moment(read.connection, now))
    first = first.where(Job.state.in_((READY, RUNNING)))
    if kinds is not None:
        first = first.where(Job.kind.in_(kinds))
    found: int | None = await read.connection.scalar(first)
    return found


async def overdue(read: Read, now: int) -> float:
    """For how many seconds the oldest job that could run has been waiting; 0 when none does."""
    due = await until_due(read, None, now)
    return 0.0 if due is None else max(0.0, -due / SECOND)


async def claim(
    tx: Tx, kinds: Sequence[str], limit: int, lease_seconds: float, shares: Mapping[str, int] = NO_SHARES
) -> list[Claim]:
    """Take jobs that are due; those whose every attempt died under its lease are dead letters.

    Of a kind that has a share, no more than that are taken, and before the others.
    """
    now = moment(tx.connection, tx.now)
    due = (Job.state.in_((READY, RUNNING)), Job.due_at <= now, Job.kind.in_(kinds))
    dead = await tx.connection.execute(
        update(Job)
        .where(*due, Job.state == RUNNING, Job.attempts >= Job.max_attempts)
        .values(
            state=DEAD,
            lease=None,
            due_at=now,
            last_error="It took its runner down, or was too slow to answer",
        )
        .returning(Job.kind, Job.payload)
    )
    for row in dead.all():
        await tx.emit(GivenUp(row.kind, msgspec.json.decode(row.payload)))
    taken: list[Claim] = []
    for kind, share in shares.items():
        if left := min(share, limit - len(taken)):
            taken += await _take(tx, [*due, Job.kind == kind], left, now + round(lease_seconds * SECOND))
    if left := limit - len(taken):
        others = [*due, Job.kind.not_in(shares)] if shares else due
        taken += await _take(tx, others, left, now + round(lease_seconds * SECOND))
    return taken


async def _take(tx: Tx, which: Sequence[Any], limit: int, until: Any) -> list[Claim]:
    free = select(Job.id).where(*which).order_by(Job.due_at).limit(limit).with_for_update(skip_locked=True)
    taken = await tx.connection.execute(
        update(Job)
        .where(Job.id.in_(free))
        .values(
            state=RUNNING,
            lease=new_id(),
            due_at=until,
            attempts=Job.attempts + 1,
            dedupe=None,
            progress_done=None,
            progress_total=None,
            progress_note=None,
        )
        .returning(Job.id, Job.kind, Job.payload, Job.attempts, Job.max_attempts, Job.lease)
    )
    return [
        Claim(row.id, row.kind, msgspec.json.decode(row.payload), row.attempts, row.max_attempts, row.lease)
        for row in taken
    ]


async def renew(tx: Tx, claims: Sequence[Claim], lease_seconds: float) -> set[UUID]:
    """Hold on to these claims; the ids of those that are still ours."""
    held = await tx.connection.execute(
        update(Job)
        .where(Job.state == RUNNING, Job.lease.in_({claim.lease for claim in claims}))
        .values(due_at=moment(tx.connection, tx.now) + round(lease_seconds * SECOND))
        .returning(Job.id)
    )
    return {row.id for row in held}


async def tell_progress(tx: Tx, claims: Sequence[Claim]) -> None:
    """Write down how far these jobs are, as long as they are ours."""
    for each in claims:
        await tx.connection.execute(
            update(Job).where(Job.id == each.id, Job.lease == each.lease).values(each.progress.columns)
        )


async def finish(tx: Tx, claim: Claim) -> None:
    """The job is done; Conflict when the claim ran out, and with it whatever this transaction did.

    What it was given is forgotten: nobody needs it any more, and it may be about somebody.
    """
    progress = {} if claim.progress.told else claim.progress.columns
    await _end(tx, claim, state=DONE, payload="{}", **progress)


async def hand_back(tx: Tx, claim: Claim) -> None:
    """Give a job back untried."""
    await _end(tx, claim, state=READY, attempts=Job.attempts - 1)


async def fail(tx: Tx, claim: Claim, error: Exception) -> bool:
    """Try again later, or give up: after the last attempt, or when the refusal is for good."""
    in_vain = isinstance(error, TalkootError) and not error.retryable
    last_error = f"{type(error).__name__}: {error}"[:_ERROR_LENGTH].replace("\0", "")
    if in_vain or claim.attempt >= claim.max_attempts:
        await _end(tx, claim, state=DEAD, last_error=last_error)
        await tx.emit(GivenUp(claim.kind, claim.payload))
        return False
    wait = max(back_off(claim.attempt), round((getattr(error, "retry_after", None) or 0) * SECOND))
    await _end(tx, claim, wait, state=READY, last_error=last_error)
    return True


def back_off(attempt: int) -> int:
    """Microseconds to wait after a failed attempt: doubling up to an hour, less a random part up to half."""
    longest = min(_LONGEST_WAIT, _FIRST_WAIT << min(attempt - 1, 20))
    return random.randint(longest // 2, longest)  # noqa: S311 - spreads load, guards nothing


async def retry(tx: Tx, job: UUID) -> None:
    """Give a dead letter all its attempts again, at once."""
    changed = await tx.connection.execute(
        update(Job)
        .where(Job.id == job, Job.state == DEAD)
        .values(state=READY, attempts=0, due_at=moment(tx.connection, tx.now))
        .returning(Job.kind, Job.due_at)
    )
    row = changed.one_or_none()
    if row is None:
        raise NotFound("There is no such dead letter")
    await tx.emit(Enqueued(row.kind, row.due_at))


async def drop(tx: Tx, job: UUID) -> None:
    """Forget a dead letter."""
    dropped = await tx.connection.execute(
        delete(Job).where(Job.id == job, Job.state == DEAD).returning(Job.id)
    )
    if dropped.one_or_none() is None:
        raise NotFound("There is no such dead letter")


async def counts(read: Read) -> dict[str, int]:
    """How many jobs there are in each state."""
    found = await read.connection.execute(select(Job.state, func.count(literal(1))).group_by(Job.state))
    return {READY: 0, RUNNING: 0, DONE: 0, DEAD: 0} | {row[0]: row[1] for row in found}


async def forget_finished(tx: Tx) -> None:
    """Delete what was done a day ago, and what was given up a month ago."""
    now = moment(tx.connection, tx.now)
    for state, kept in ((DONE, KEEP_DONE), (DEAD, KEEP_DEAD)):
        await tx.connection.execute(delete(Job).where(Job.state == state, Job.due_at < now - kept))


async def _end(tx: Tx, claim: Claim, wait: int = 0, **values: Any) -> None:
    ended = await tx.connection.execute(
        update(Job)
        .where(Job.id == claim.id, Job.lease == claim.lease, Job.state == RUNNING)
        .values(lease=None, due_at=moment(tx.connection, tx.now) + wait, **values)
        .returning(Job.id)
    )
    if ended.one_or_none() is None:
        raise Conflict("The lease of this job ran out")
