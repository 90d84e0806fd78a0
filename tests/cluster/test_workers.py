"""Workers: what one leaves when it dies another one takes up, and the effect of a job happens once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus

from tests.clients import Api, Socket, join, set_up
from tests.cluster.conftest import SECRET
from tests.cluster.marking_worker import MarkingWorker, all_done, begin_marks, marks
from tests.conftest import make_talkoot
from tests.job_rows import put_job, rows
from tests.privacy.test_exports import fetch, lines
from tests.privacy.test_retention import age, events, keep_for
from tests.search.searching import until_found
from tests.servers.talkoot import Talkoot, Worker
from tests.servers.valkey import Valkey

PATIENCE = 40.0
Work = Callable[..., Worker]


@pytest.fixture
def place(request: pytest.FixtureRequest, valkey: Valkey, tmp_path: Path) -> Iterator[Talkoot]:
    """The only server of a cluster, without any worker; it is not started."""
    settings = {"redis_url": valkey.url, "secret_key": SECRET, "metrics": "open"}
    talkoot = make_talkoot("postgresql", tmp_path / "server", request, **settings)
    yield talkoot
    talkoot.stop()


@pytest.fixture
def server(place: Talkoot) -> Talkoot:
    """The same, started."""
    return place.start()


@pytest.fixture
def work(place: Talkoot, tmp_path: Path) -> Iterator[Work]:
    """Launches workers of the cluster; they are waited for by who needs them."""
    launched: list[Worker] = []

    def launch(kind: type[Worker] = MarkingWorker, **settings: str) -> Worker:
        given = {"job_lease_seconds": "1.5", "search": "off", "log_level": "info", **settings}
        given |= {"database_idle_seconds": "3"}  # who is frozen in a transaction holds its rows for so long
        worker = kind(tmp_path / f"worker{len(launched) + 1}", **given)
        worker.environment = {**place.environment, **worker.environment}
        launched.append(worker)
        worker.launch()
        return worker

    yield launch
    for worker in launched:
        worker.resume()
        worker.stop()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def metric(process: Talkoot, name: str) -> float:
    """One number that a process tells."""
    async with httpx2.AsyncClient() as client:
        told = (await client.get(f"{process.url}/metrics")).text
    return float(next(line for line in told.splitlines() if line.startswith(f"{name} ")).split()[-1])


async def test_workers_killed_in_the_middle_leave_each_effect_once(place: Talkoot, work: Work) -> None:
    await begin_marks(place, 12)
    doomed = [work(fail=point) for point in ("job_claimed", "job_middle", "job_before_finish")]
    await until(lambda: _ended(doomed))
    assert await marks(place) == {}
    work()
    await until(lambda: all_done(place))
    assert await marks(place) == dict.fromkeys(range(12), 1)
    attempts = await rows(place, "SELECT max(attempts) FROM jobs WHERE kind = 'mark'")
    assert attempts[0][0] > 1


async def _ended(workers: list[Worker]) -> bool:
    return not any(worker.process.running for worker in workers)


async def test_two_workers_do_each_of_many_jobs_once(place: Talkoot, work: Work) -> None:
    await rows(place, "CREATE TABLE marks (n bigint)")
    await rows(
        place,
        "INSERT INTO jobs (id, kind, payload, state, due_at, attempts, max_attempts, created_at)"
        " SELECT gen_random_uuid(), 'mark', json_build_object('n', n), 'ready', n, 0, 10, n"
        " FROM generate_series(0, 499) n",
    )
    both = [work(job_lease_seconds="30") for _ in range(2)]
    await until(lambda: all_done(place))
    assert await marks(place) == dict.fromkeys(range(500), 1)
    assert await rows(place, "SELECT DISTINCT attempts FROM jobs WHERE kind = 'mark'") == [(1,)]
    await until(lambda: _have_done(both, 500))


async def _have_done(workers: list[Worker], wanted: int) -> bool:
    done = [await metric(worker.wait(), 'talkoot_jobs_ended_total{outcome="done"}') for worker in workers]
    return sum(done) == wanted


async def test_who_was_frozen_beyond_its_lease_lets_go(place: Talkoot, work: Work) -> None:
    await begin_marks(place, 1, hangs=True)
    frozen = work()
    await until(lambda: _running(place, "half of it"))
    frozen.pause()
    other = work().wait()
    await until(lambda: all_done(place))
    frozen.resume()
    frozen.wait()
    await until(lambda: _counts(frozen, 'talkoot_jobs_ended_total{outcome="lost"}', 1))
    assert await marks(place) == {0: 1}
    assert await metric(other, 'talkoot_jobs_ended_total{outcome="done"}') == 1
    assert frozen.terminate() == 0


async def _running(server: Talkoot, note: str) -> bool:
    return bool(await rows(server, "SELECT 1 FROM jobs WHERE state = 'running' AND progress_note = $1", note))


async def _counts(process: Talkoot, name: str, wanted: float) -> bool:
    return await metric(process, name) == wanted


async def test_jobs_wait_for_a_worker_which_is_woken_by_the_server(server: Talkoot, work: Work) -> None:
    owner, _ = await set_up(server.url)
    async with owner:
        waiting = await put_job(server)
        poison = await put_job(server, kind="mark", payload='{"poison":true}', max_attempts=1)
        assert await metric(server, "talkoot_jobs_overdue_seconds") >= 59
        assert "s: does `talkoot worker` run?" in server.run("doctor").stdout
        worker = work().wait()
        with pytest.raises(InvalidStatus):  # it is no door
            await Socket.open(worker.url)
        await until(lambda: _is(owner, str(waiting), "done"))
        await until(lambda: _is(owner, str(poison), "dead"))
        shown = await owner.get(f"/jobs/{poison}")
        assert shown["error"] == "ValueError: poison, token=[redacted]"
        woken = await metric(worker, "talkoot_jobs_woken_total")
        await owner.post(f"/jobs/{poison}/retry", expect=200)
        await until(lambda: _counts(worker, 'talkoot_jobs_ended_total{outcome="dead"}', 2))
        assert await metric(worker, "talkoot_jobs_woken_total") > woken
        said = server.run("doctor").stdout
        assert "none is overdue" in said
        assert "nobody indexes what is sent: does `talkoot worker` run?" in said  # it was told not to


async def _is(owner: Api, job: str, state: str) -> bool:
    return bool((await owner.get(f"/jobs/{job}"))["state"] == state)


async def test_one_worker_indexes_and_another_one_takes_over(server: Talkoot, work: Work) -> None:
    owner, workspace = await set_up(server.url)
    async with owner:
        rooms = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"]
        path = f"/rooms/{rooms[0]['id']}/messages"
        early = await owner.refusal("GET", "/search", q="word", workspace=workspace["id"])
        assert early == (503, "unavailable")
        await owner.post(path, {"text": "first word"})
        workers = [work(Worker, search="on") for _ in range(2)]
        for worker in workers:
            worker.wait()
        await until(lambda: _is_found(owner, workspace["id"]))
        await until_found(owner, workspace["id"], "word", ["first word"])
        following = [await metric(worker, "talkoot_search_following") for worker in workers]
        assert sum(following) == 1
        first, second = sorted(workers, key=lambda worker: following[workers.index(worker)], reverse=True)
        first.pause()
        await owner.post(path, {"text": "second word"})
        await until_found(owner, workspace["id"], "word", ["second word", "first word"])
        first.resume()
        second.kill()
        await owner.post(path, {"text": "third word"})
        await until_found(owner, workspace["id"], "word", ["third word", "second word", "first word"])
        assert await metric(first, "talkoot_search_following") == 1
        refused = server.run("search", "rebuild")
        assert (refused.returncode, "stop the workers first" in refused.stderr) == (1, True)
        first.terminate()
        rebuilt = server.run("search", "rebuild")
        assert "Indexed 3 messages" in rebuilt.stdout, rebuilt.stderr
        await until_found(owner, workspace["id"], "word", ["third word", "second word", "first word"])


async def _is_found(owner: Api, workspace: str) -> bool:
    answer = await owner.ask("GET", "/search", q="word", workspace=workspace)
    return answer.status_code == 200


def test_a_worker_belongs_to_a_cluster(tmp_path: Path) -> None:
    lonely = Worker(tmp_path / "worker")
    lonely.data.mkdir()
    refused = lonely.run("worker")
    assert refused.returncode == 2
    assert "set database_url and redis_url" in refused.stderr
    assert "hands the rest back" in lonely.run("worker", "--help").stdout


async def test_row_22_a_deletion_asks_again_whether_who_began_it_may(server: Talkoot, work: Work) -> None:
    owner, workspace = await set_up(server.url)
    at = f"/workspaces/{workspace['id']}"
    async with (
        owner,
        await join(owner, workspace["id"], "moderator") as moderator,
        await join(owner, workspace["id"], "author") as author,
    ):
        role = f"{at}/members/{moderator.user['id']}"
        await owner.put(role, {"role": "moderator"}, expect=204)
        room = (await owner.get(f"{at}/rooms"))["items"][0]["id"]
        said = (await author.post(f"/rooms/{room}/messages", {"text": "stays"}))["id"]
        await moderator.post(f"{at}/purges", {"user": author.user["id"]}, expect=202)
        await owner.put(role, {"role": "member"}, expect=204)
        work(Worker)
        deadline = time.monotonic() + PATIENCE
        while (purge := (await owner.get(f"{at}/purges"))["items"][0])["state"] == "running":
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert (purge["state"], purge["deleted"]) == ("done", 0)
        assert (await author.get(f"/messages/{said}"))["text"] == "stays"


async def test_a_file_and_a_deletion_that_killed_workers_began_are_there_once(
    server: Talkoot, work: Work
) -> None:
    owner, workspace = await set_up(server.url)
    room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
    old = [(await owner.post(f"/rooms/{room}/messages", {"text": f"old {n}"}))["seq"] for n in range(60)]
    await age(server, room, old[-1])
    kept = await owner.post(f"/rooms/{room}/messages", {"text": "kept"})
    await keep_for(owner, room, 30)
    asked = (await owner.post("/users/me/export", expect=202))["id"]
    for fail in ("job_middle:1", "job_before_finish:1", "job_before_finish:1"):
        dying = work(Worker, fail=fail)

        async def dead(worker: Worker = dying) -> bool:
            return not worker.process.running

        await until(dead)
    work(Worker)

    async def both_done() -> bool:
        (export,) = (await owner.get("/exports"))["items"]
        texts = [item["text"] for item in (await owner.get(f"/rooms/{room}/messages"))["items"]]
        return (export["state"], texts) == ("ready", ["kept"])

    await until(both_done)
    archive = await fetch(owner, asked)
    assert archive.testzip() is None
    written = [line["id"] for line in lines(archive, "messages.jsonl")]
    assert len(written) == len(set(written))
    assert kept["id"] in written
    told = [event for event in await events(owner, room) if event["type"] == "messages.expired"]
    stretches = [(event["body"]["after"], event["body"]["through"]) for event in told]
    assert [after for after, _ in stretches] == [0, *[through for _, through in stretches[:-1]]]
    assert stretches[-1][1] == old[-1]
    await owner.close()
