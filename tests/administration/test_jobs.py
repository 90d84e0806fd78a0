"""Jobs over HTTP: shown to who looks after the installation, and to nobody else."""

import asyncio
import time
import uuid

from tests.clients import PATIENCE, Api, join, set_up
from tests.job_rows import FORGET, put_job, rows
from tests.servers.talkoot import Talkoot


async def test_what_was_given_up_is_shown_without_secrets_and_page_by_page(talkoot: Talkoot) -> None:
    owner, _ = await set_up(talkoot.url)
    async with owner:
        error = "OSError: no\nlink, token=hush"
        put = [
            await put_job(talkoot, payload='{"password":"hush"}', state="dead", attempts=10, error=error)
            for _ in range(3)
        ]
        listed = await owner.get("/jobs", state="dead", limit=2)
        rest = await owner.get("/jobs", state="dead", limit=2, after=listed["next"])
        assert rest["next"] is None
        items = listed["items"] + rest["items"]
        assert [item["id"] for item in items] == sorted(map(str, put), reverse=True)
        assert items[0] == {
            "id": items[0]["id"],
            "kind": FORGET,
            "state": "dead",
            "attempts": 10,
            "max_attempts": 10,
            "created_at": items[0]["created_at"],
            "due_at": items[0]["due_at"],
            "error": "OSError: no\\nlink, token=[redacted]",
            "progress": None,
        }
        assert (await owner.get("/jobs", state="ready"))["items"] == []
        assert await owner.refusal("GET", "/jobs", state="lost") == (422, "invalid")


async def test_what_is_retried_has_all_attempts_again_and_what_is_dropped_is_gone(talkoot: Talkoot) -> None:
    owner, _ = await set_up(talkoot.url)
    async with owner:
        again, gone = [await put_job(talkoot, state="dead", attempts=10) for _ in range(2)]
        retried = await owner.post(f"/jobs/{again}/retry", expect=200)
        assert (retried["state"], retried["attempts"]) == ("ready", 0)
        deadline = time.monotonic() + PATIENCE
        while (done := await owner.get(f"/jobs/{again}"))["state"] != "done":
            assert time.monotonic() < deadline, done
            await asyncio.sleep(0.02)
        assert done["attempts"] == 1
        assert await owner.refusal("POST", f"/jobs/{again}/retry") == (404, "not_found")
        assert await owner.refusal("DELETE", f"/jobs/{again}") == (404, "not_found")
        await owner.delete(f"/jobs/{gone}")
        assert await owner.refusal("GET", f"/jobs/{gone}") == (404, "not_found")


async def test_how_far_a_running_job_is_can_be_seen(talkoot: Talkoot) -> None:
    owner, _ = await set_up(talkoot.url)
    async with owner:
        job = await put_job(talkoot, kind="elsewhere")  # nobody here can do it
        await rows(
            talkoot,
            "UPDATE jobs SET state = 'running', progress_done = 3, progress_total = 7,"
            " progress_note = 'files' WHERE id = $1",
            job,
        )
        shown = await owner.get(f"/jobs/{job}")
        assert shown["progress"] == {"done": 3, "total": 7, "note": "files"}
        listed = talkoot.run("jobs", "list", "--state", "running").stdout
        assert listed.rstrip("\n").endswith("\t3/7 files")


CALLS = (("GET", "/jobs"), ("GET", "/jobs/{}"), ("POST", "/jobs/{}/retry"), ("DELETE", "/jobs/{}"))


async def test_members_are_refused_and_strangers_see_nothing(talkoot_sqlite: Talkoot) -> None:
    owner, first = await set_up(talkoot_sqlite.url)
    async with owner:
        job = await put_job(talkoot_sqlite, state="dead", attempts=10)
        second = await owner.post("/workspaces", {"name": "Second"})
        admin, stranger = await join(owner, first["id"], "admin"), await join(owner, second["id"], "stranger")
        for person, workspace, role in ((admin, first, "admin"), (stranger, second, "owner")):
            path = f"/workspaces/{workspace['id']}/members/{person.user['id']}"
            await owner.put(path, {"role": role}, expect=204)
        async with admin, stranger, Api(talkoot_sqlite.url) as nobody:
            for person, expected in (
                (admin, (403, "forbidden")),
                (stranger, (404, "not_found")),
                (nobody, (401, "not_authenticated")),
            ):
                for method, path in CALLS:
                    assert await person.refusal(method, path.format(job)) == expected
                    assert await person.refusal(method, path.format(uuid.uuid4())) == expected
        assert (await owner.get(f"/jobs/{job}"))["state"] == "dead"
