"""Dead letters, looked after from the command line while the server runs."""

import sqlite3
import time
import uuid
from contextlib import closing

import pytest

from tests.servers.talkoot import Talkoot

KIND = "jobs.forget_finished"  # one that every server can do


def given_up(talkoot: Talkoot, error: str) -> uuid.UUID:
    job = uuid.uuid4()
    row = (job.bytes, KIND, "{}", "dead", 1_700_000_000_000_000, 10, 10, time.time_ns() // 1000, error)
    with closing(sqlite3.connect(talkoot.data / "talkoot.db", timeout=10)) as database, database:
        database.execute(
            "INSERT INTO jobs"
            " (id, kind, payload, state, due_at, attempts, max_attempts, created_at, last_error)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
    return job


def state_of(talkoot: Talkoot, job: uuid.UUID) -> str | None:
    with closing(sqlite3.connect(talkoot.data / "talkoot.db", timeout=10)) as database:
        found = database.execute("SELECT state FROM jobs WHERE id = ?", (job.bytes,)).fetchone()
    return found[0] if found else None


def test_what_was_given_up_is_listed_on_a_line_each_without_its_secrets(talkoot_sqlite: Talkoot) -> None:
    assert talkoot_sqlite.run("jobs", "list").stdout == ""
    job = given_up(talkoot_sqlite, "OSError: no\nlink, token=hush")
    shown = talkoot_sqlite.run("jobs", "list").stdout
    assert (
        shown
        == f"{job}\t{KIND}\tdead\t10\t2023-11-14T22:13:20.000000Z\tOSError: no\\nlink, token=[redacted]\n"
    )


def test_what_is_retried_is_done_by_the_server_that_runs(talkoot_sqlite: Talkoot) -> None:
    job = given_up(talkoot_sqlite, "OSError: no link")
    assert talkoot_sqlite.run("jobs", "retry", str(job)).returncode == 0
    while state_of(talkoot_sqlite, job) != "done":
        time.sleep(0.05)
    assert talkoot_sqlite.run("jobs", "retry", str(job)).returncode == 1


def test_what_is_dropped_is_gone_and_the_others_stay(talkoot_sqlite: Talkoot) -> None:
    job, other = given_up(talkoot_sqlite, "a"), given_up(talkoot_sqlite, "b")
    assert talkoot_sqlite.run("jobs", "drop", str(job)).returncode == 0
    assert state_of(talkoot_sqlite, job) is None
    assert state_of(talkoot_sqlite, other) == "dead"


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_what_is_not_there_is_said(talkoot_sqlite: Talkoot, command: str) -> None:
    refused = talkoot_sqlite.run("jobs", command, str(uuid.uuid4()))
    assert (refused.returncode, refused.stderr) == (1, "There is no such dead letter\n")
    assert talkoot_sqlite.run("jobs", command, "nonsense").returncode == 2
