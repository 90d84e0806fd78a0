import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from talkoot.kernel import job_list, jobs
from talkoot.kernel.clock import SECOND
from talkoot.kernel.context import Kernel
from talkoot.kernel.errors import Conflict, Forbidden, NotFound, Unavailable
from talkoot.kernel.job_runner import Handler, InTheEnd, JobRunner
from talkoot.kernel.jobs import Claim, Enqueued, NewJob, enqueue, enqueue_many
from talkoot.kernel.transactions import Tx
from tests.kernel.ground import ForwardClock, Ground, until


@asynccontextmanager
async def running(ground: Ground, handler: Handler, **options: float) -> AsyncIterator[JobRunner]:
    runner = JobRunner(ground.kernel, {"mark": handler}, poll_seconds=0.05, **options)  # type: ignore[arg-type]
    ground.listeners[Enqueued] = ((), (runner.wake,))
    runner.start()
    try:
        yield runner
    finally:
        await runner.close()


async def test_a_kind_with_a_share_leaves_workers_to_the_others(ground: Ground) -> None:
    run, most, away = Counter[str](), Counter[str](), asyncio.Event()

    async def hang(_kernel: Kernel, claim: Claim) -> None:
        run[claim.kind] += 1
        most[claim.kind] = max(most[claim.kind], run[claim.kind])
        if claim.kind == "slow":
            await away.wait()
        run[claim.kind] -= 1

    kinds = {"slow": hang, "mark": hang}
    runner = JobRunner(ground.kernel, kinds, poll_seconds=0.05, workers=3, shares={"slow": 2})
    ground.listeners[Enqueued] = ((), (runner.wake,))
    await ground.uow.run(lambda tx: enqueue_many(tx, "slow", [NewJob({"n": n}) for n in range(5)]))
    runner.start()
    try:
        await until(lambda: run["slow"] == 2)
        for _ in range(3):
            await looked_at_all(ground)
        assert (await states(ground), most["slow"]) == ({"ready": 3, "running": 2, "done": 3}, 2)
        away.set()
        await until(lambda: all_are(ground, "done"))
        assert most["slow"] == 2
    finally:
        await runner.close()


async def states(ground: Ground) -> dict[str, int]:
    async with ground.uow.read() as read:
        return {state: number for state, number in (await jobs.counts(read)).items() if number}


async def all_are(ground: Ground, state: str) -> bool:
    return set(await states(ground)) <= {state}


async def looked_at_all(ground: Ground) -> None:
    """Have another job done: runners take the one that is due first, so they have left all others lying."""
    job = await ground.uow.run(lambda tx: enqueue(tx, "mark"))

    async def done() -> bool:
        async with ground.uow.read() as read:
            found = await read.connection.execute(select(jobs.Job.state).where(jobs.Job.id == job))
            return found.scalar_one() == "done"

    await until(done)


async def lease_end(ground: Ground) -> int:
    async with ground.uow.read() as read:
        found = await read.connection.execute(select(jobs.Job.due_at).where(jobs.Job.state == "running"))
        return int(found.scalar_one())


async def nothing(_kernel: Kernel, _claim: Claim) -> None:
    return None


async def test_a_job_runs_after_its_commit_and_never_without(ground: Ground) -> None:
    seen: list[object] = []

    async def handle(_kernel: Kernel, claim: Claim) -> None:
        seen.append(claim.payload["n"])

    async def refused(tx: Tx) -> None:
        await enqueue(tx, "mark", {"n": "never"})
        raise Forbidden

    async with running(ground, handle):
        with pytest.raises(Forbidden):
            await ground.uow.run(refused)
        await ground.uow.run(lambda tx: enqueue(tx, "mark", {"n": 1}))
        await until(lambda: seen == [1], 3)
        await until(lambda: all_are(ground, "done"))
    assert seen == [1]


async def test_eight_runners_do_each_job_once(ground: Ground) -> None:
    done: Counter[int] = Counter()

    async def handle(_kernel: Kernel, claim: Claim) -> None:
        await asyncio.sleep(0)
        done[claim.payload["n"]] += 1

    async def action(tx: Tx) -> None:
        for n in range(40):
            await enqueue(tx, "mark", {"n": n})

    await ground.uow.run(action)
    async with AsyncExitStack() as stack:
        for _ in range(8):
            # SQLite has one writer in a process; PostgreSQL gets eight processes' worth of connections.
            own = ground if ground.is_sqlite else await stack.enter_async_context(Ground.on(ground.settings))
            await stack.enter_async_context(running(own, handle, workers=2))
        await until(lambda: all_are(ground, "done"))
    assert done == dict.fromkeys(range(40), 1)


async def test_many_are_written_at_once_and_those_that_wait_already_are_not(ground: Ground) -> None:
    many = [NewJob({"n": n}, dedupe=str(n)) for n in range(501)]  # more than one statement takes
    far = NewJob({"n": "far"}, run_at=2**62)
    assert await ground.uow.run(lambda tx: enqueue(tx, "mark", {"n": 7}, dedupe="7")) is not None
    written = await ground.uow.run(lambda tx: enqueue_many(tx, "mark", [*many, many[0], far]))
    assert len({*written}) == len(written) == 501
    assert await ground.uow.run(lambda tx: enqueue_many(tx, "mark", many)) == []
    assert await ground.uow.run(lambda tx: enqueue_many(tx, "mark", [])) == []
    assert await states(ground) == {"ready": 502}
    async with ground.uow.read() as read:
        due = (await read.connection.scalars(select(jobs.Job.due_at).order_by(jobs.Job.due_at.desc()))).all()
    assert due[0] == 2**62 > due[1]


async def test_at_most_so_many_at_a_time(ground: Ground) -> None:
    now, most = 0, 0

    async def handle(_kernel: Kernel, _claim: Claim) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1

    for _ in range(9):
        await ground.uow.run(lambda tx: enqueue(tx, "mark"))
    async with running(ground, handle, workers=3):
        await until(lambda: all_are(ground, "done"))
    assert most == 3


async def test_one_that_fails_is_tried_again_later(ground: Ground) -> None:
    attempts: list[int] = []

    async def handle(_kernel: Kernel, claim: Claim) -> None:
        attempts.append(claim.attempt)
        if claim.attempt < 3:
            raise ValueError("not yet")

    async with running(ground, handle):
        await ground.uow.run(lambda tx: enqueue(tx, "mark"))
        for attempt in (1, 2):
            await until(lambda attempt=attempt: len(attempts) == attempt)  # type: ignore[misc]
            await until(lambda: all_are(ground, "ready"))
            await ground.age_jobs(jobs.back_off(attempt) / SECOND * 2)
        await until(lambda: all_are(ground, "done"))
    assert attempts == [1, 2, 3]


async def test_after_the_last_attempt_it_is_a_dead_letter(ground: Ground) -> None:
    tried = 0

    async def handle(_kernel: Kernel, _claim: Claim) -> None:
        nonlocal tried
        tried += 1
        raise ValueError("never")

    told: list[jobs.GivenUp] = []
    ground.listeners[jobs.GivenUp] = ([], [told.append])
    async with running(ground, handle) as runner:
        job = await ground.uow.run(lambda tx: enqueue(tx, "mark", {"n": 1}, max_attempts=2))
        assert job is not None
        await until(lambda: tried == 1)
        await until(lambda: all_are(ground, "ready"))
        await ground.age_jobs(3600)
        await until(lambda: all_are(ground, "dead"))
        async with ground.uow.read() as read:
            [letter] = await job_list.newest(read, state="dead", limit=10)
        assert (letter.id, letter.attempts, letter.last_error) == (job, 2, "ValueError: never")
        assert told == [jobs.GivenUp("mark", {"n": 1})]

        await ground.uow.run(lambda tx: jobs.retry(tx, job))
        await until(lambda: tried == 3)
        await until(lambda: all_are(ground, "ready"))
        await ground.age_jobs(3600)
        await until(lambda: all_are(ground, "dead"))
        assert tried == 4
        await runner.close()
    await ground.uow.run(lambda tx: jobs.drop(tx, job))
    assert await states(ground) == {}
    for action in (jobs.retry, jobs.drop):
        with pytest.raises(NotFound):
            await ground.uow.run(lambda tx, action=action: action(tx, job))  # type: ignore[misc]


@pytest.mark.parametrize(("error", "state"), [(NotFound(), "dead"), (Unavailable(retry_after=7200), "ready")])
async def test_a_refusal_says_whether_to_try_again(ground: Ground, error: Exception, state: str) -> None:
    tried = asyncio.Event()

    async def handle(_kernel: Kernel, _claim: Claim) -> None:
        tried.set()
        raise error

    async with running(ground, handle):
        await ground.uow.run(lambda tx: enqueue(tx, "mark"))
        await tried.wait()
        await until(lambda: all_are(ground, state))
    async with ground.uow.read() as read:
        due = await jobs.until_due(read, ["mark"], ground.clock.now())
    assert (due is None) == (state == "dead")
    assert due is None or due >= 7100 * SECOND


KILLED = """
import asyncio, sys
from talkoot.kernel.job_runner import JobRunner
from talkoot.choosing import load_settings
from tests.kernel.ground import Ground

async def hang(kernel, claim):
    print(claim.attempt, flush=True)
    await asyncio.Event().wait()

async def main():
    async with Ground.on(load_settings()) as ground:
        JobRunner(ground.kernel, {"mark": hang}, poll_seconds=0.05).start()
        await asyncio.Event().wait()

asyncio.run(main())
"""


def killed_runner(ground: Ground) -> None:
    """A runner in a process of its own, which takes the job and is killed with it in its hands."""
    own = {"TALKOOT_DATA": str(ground.settings.data), "TALKOOT_DATABASE_URL": ground.settings.database_url}
    with subprocess.Popen([sys.executable, "-c", KILLED], env=own, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()


async def test_the_job_of_a_killed_runner_is_taken_up_when_its_lease_ends(ground: Ground) -> None:
    attempts: list[int] = []

    async def handle(_kernel: Kernel, claim: Claim) -> None:
        attempts.append(claim.attempt)

    await ground.uow.run(lambda tx: enqueue(tx, "mark"))
    await asyncio.to_thread(killed_runner, ground)
    async with running(ground, handle):
        await looked_at_all(ground)
        assert attempts == [1]  # that of the look
        await ground.age_jobs(61)
        await until(lambda: all_are(ground, "done"))
    assert attempts == [1, 2]


async def test_a_job_that_kills_every_runner_is_a_dead_letter(ground: Ground) -> None:
    told: list[jobs.GivenUp] = []
    ground.listeners[jobs.GivenUp] = ([], [told.append])
    await ground.uow.run(lambda tx: enqueue(tx, "mark", {"n": 1}, max_attempts=2))
    for _ in range(2):
        claimed = await ground.uow.run(lambda tx: jobs.claim(tx, ["mark"], limit=1, lease_seconds=60))
        assert len(claimed) == 1
        await ground.age_jobs(61)
    assert await ground.uow.run(lambda tx: jobs.claim(tx, ["mark"], limit=1, lease_seconds=60)) == []
    assert await states(ground) == {"dead": 1}
    assert told == [jobs.GivenUp("mark", {"n": 1})]


async def test_who_waits_for_a_turn_begins_none_of_its_attempts_anew(ground: Ground) -> None:
    job = await ground.uow.run(lambda tx: enqueue(tx, "mark", {"n": 1}, max_attempts=2))

    async def claimed() -> Claim:
        await ground.age_jobs(3600)
        (claim,) = await ground.uow.run(lambda tx: jobs.claim(tx, ["mark"], limit=1, lease_seconds=60))
        return claim

    for attempt in (1, 2):
        for _ in range(3):
            claim = await claimed()
            assert (claim.id, claim.attempt, claim.payload) == (job, attempt, {"n": 1})

            async def wait(tx: Tx, claim: Claim = claim) -> None:
                await jobs.finish(tx, claim)
                await jobs.wait_turn(tx, claim)

            await ground.uow.run(wait)
            assert await states(ground) == {"ready": 1}
        claim = await claimed()
        await ground.uow.run(partial(jobs.fail, claim=claim, error=Unavailable("the storage is away")))
    assert await states(ground) == {"dead": 1}


async def test_who_has_a_wrong_clock_neither_steals_a_job_nor_leaves_it(
    ground_postgresql: Ground,
) -> None:
    ground = ground_postgresql
    taken = asyncio.Event()
    attempts: list[int] = []

    async def hang(_kernel: Kernel, _claim: Claim) -> None:
        taken.set()
        await asyncio.Event().wait()

    async def handle(_kernel: Kernel, claim: Claim) -> None:
        attempts.append(claim.attempt)

    async with running(ground, hang, workers=1):
        await ground.uow.run(lambda tx: enqueue(tx, "mark"))
        await taken.wait()
        for wrong in (3600.0, -3600.0):
            async with (
                Ground.on(ground.settings, ForwardClock(wrong)) as other,
                running(other, handle) as runner,
            ):
                await other.uow.run(lambda tx: enqueue(tx, "mark"))
                await until(lambda: runner.outcomes["done"] == 1)
        assert attempts == [1, 1]


async def test_how_far_a_job_is_is_written_now_and_then_and_at_its_end(ground: Ground) -> None:
    go_on = asyncio.Event()

    async def handle(_kernel: Kernel, claim: Claim) -> None:
        for done in range(5):
            claim.progress(done, 9, f"step {done}")
        await go_on.wait()
        claim.progress(9, 9)

    async def row() -> tuple[int | None, int | None, str | None]:
        async with ground.uow.read() as read:
            [job] = await job_list.newest(read, limit=2)
        return job.progress_done, job.progress_total, job.progress_note

    async def is_told() -> bool:
        return await row() == (4, 9, "step 4")

    async with running(ground, handle):
        await ground.uow.run(lambda tx: enqueue(tx, "mark"))
        await until(is_told)
        go_on.set()
        await until(lambda: all_are(ground, "done"))
    assert await row() == (9, 9, None)


async def test_a_lease_is_renewed_while_the_job_runs(ground: Ground) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    attempts = 0

    async def handle(_kernel: Kernel, _claim: Claim) -> None:
        nonlocal attempts
        attempts += 1
        begun.set()
        await go_on.wait()

    async with running(ground, handle, lease_seconds=0.3):
        await ground.uow.run(lambda tx: enqueue(tx, "mark"))
        await begun.wait()
        first = await lease_end(ground)

        async def renewed_twice() -> bool:
            return await lease_end(ground) > first + SECOND // 2

        await until(renewed_twice)
        go_on.set()
        await until(lambda: all_are(ground, "done"))
    assert attempts == 1


async def test_who_lost_the_lease_can_not_finish(ground: Ground) -> None:
    done: list[str] = []

    async def in_the_end(tx: Tx) -> None:
        tx.after_commit(lambda: done.append("effect"))
        await jobs.enqueue(tx, "effect")

    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_kernel: Kernel, _claim: Claim) -> InTheEnd:
        begun.set()
        await go_on.wait()
        return in_the_end

    async def quick(_kernel: Kernel, _claim: Claim) -> InTheEnd:
        return in_the_end

    async with running(ground, slow, workers=1):  # with another, it would take the job up itself
        await ground.uow.run(lambda tx: enqueue(tx, "mark"))
        await begun.wait()
        await ground.age_jobs(61)
        async with Ground.on(ground.settings, ground.clock) as other, running(other, quick):
            await until(lambda: done == ["effect"])
        go_on.set()
    assert done == ["effect"]
    assert await states(ground) == {"done": 1, "ready": 1}


async def test_closing_lets_a_job_finish_or_hands_it_back(ground: Ground) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(_kernel: Kernel, _claim: Claim) -> None:
        begun.set()
        await go_on.wait()

    for grace, state, attempts in ((0.05, "ready", 0), (5.0, "done", 1)):
        begun.clear()
        runner = JobRunner(ground.kernel, {"mark": handle}, poll_seconds=0.05)
        if grace < 1:
            await ground.uow.run(lambda tx: enqueue(tx, "mark"))
        runner.start()
        await begun.wait()
        if grace > 1:
            go_on.set()
        await runner.close(grace)
        assert await states(ground) == {state: 1}
        async with ground.uow.read() as read:
            [job] = await read.session.scalars(select(jobs.Job))
        assert job.attempts == attempts


async def test_one_that_takes_too_long_is_stopped(ground: Ground) -> None:
    async def hang(_kernel: Kernel, _claim: Claim) -> None:
        await asyncio.Event().wait()

    async with running(ground, hang, limit_seconds=0.05):
        await ground.uow.run(lambda tx: enqueue(tx, "mark", max_attempts=1))
        await until(lambda: all_are(ground, "dead"))


async def test_unknown_kinds_wait_for_somebody_who_knows_them(ground: Ground) -> None:
    async with running(ground, nothing):
        await ground.uow.run(lambda tx: enqueue(tx, "other"))
        await ground.uow.run(lambda tx: enqueue(tx, "mark"))
        await until(lambda: _is(ground, {"ready": 1, "done": 1}))


async def _is(ground: Ground, wanted: dict[str, int]) -> bool:
    return await states(ground) == wanted


async def test_a_time_to_run_is_waited_for(ground: Ground) -> None:
    seen = 0

    async def handle(_kernel: Kernel, _claim: Claim) -> None:
        nonlocal seen
        seen += 1

    later = ground.clock.now() + 3600 * SECOND
    async with running(ground, handle):
        await ground.uow.run(lambda tx: enqueue(tx, "mark", run_at=later))
        await looked_at_all(ground)
        assert seen == 1  # the look
        await ground.age_jobs(3601)
        await until(lambda: seen == 2)


async def test_a_dedupe_key_counts_until_the_job_is_taken(ground: Ground) -> None:
    first = await ground.uow.run(lambda tx: enqueue(tx, "mark", dedupe="room 1"))
    assert first is not None
    assert await ground.uow.run(lambda tx: enqueue(tx, "mark", dedupe="room 1")) is None
    assert await ground.uow.run(lambda tx: enqueue(tx, "mark", dedupe="room 2")) is not None
    assert await ground.uow.run(lambda tx: enqueue(tx, "other", dedupe="room 1")) is not None
    claimed = await ground.uow.run(lambda tx: jobs.claim(tx, ["mark"], limit=5, lease_seconds=60))
    assert {claim.id for claim in claimed} >= {first}
    assert await ground.uow.run(lambda tx: enqueue(tx, "mark", dedupe="room 1")) is not None


async def test_finished_jobs_are_forgotten_after_a_while(ground: Ground) -> None:
    async def fails(_kernel: Kernel, claim: Claim) -> None:
        if claim.payload["fails"]:
            raise NotFound

    async with running(ground, fails):
        for fail in (True, False):
            await ground.uow.run(lambda tx, fail=fail: enqueue(tx, "mark", {"fails": fail}))  # type: ignore[misc]
        await until(lambda: _is(ground, {"dead": 1, "done": 1}))
    await ground.age_jobs(25 * 3600)
    await ground.uow.run(jobs.forget_finished)
    assert await states(ground) == {"dead": 1}
    await ground.age_jobs(30 * 24 * 3600)
    await ground.uow.run(jobs.forget_finished)
    assert await states(ground) == {}


async def test_a_claim_that_never_was_ends_nothing(ground: Ground) -> None:
    await ground.uow.run(lambda tx: enqueue(tx, "mark"))
    false = Claim(uuid4(), "mark", {}, 1, 1, uuid4())
    with pytest.raises(Conflict):
        await ground.uow.run(lambda tx: jobs.finish(tx, false))
    assert await states(ground) == {"ready": 1}


@given(st.integers(1, 200))
def test_back_off_doubles_with_jitter_up_to_an_hour(attempt: int) -> None:
    longest = min(3600 * SECOND, 5 * SECOND * 2 ** (attempt - 1))
    assert longest // 2 <= jobs.back_off(attempt) <= longest
