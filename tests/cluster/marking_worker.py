"""Workers whose jobs have an effect that can be counted: a row for each time that it happened."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from tests.cluster import marking
from tests.job_rows import put_job, rows
from tests.servers.talkoot import Talkoot, Worker


class MarkingWorker(Worker):
    """One that knows the kind of job whose effects can be counted."""

    program = Path(sys.executable)
    command: tuple[str, ...] = (str(marking.__file__), *Worker.command)


async def begin_marks(server: Talkoot, count: int, **payload: object) -> None:
    """Jobs to be counted, put as many servers would: at once."""
    await rows(server, "CREATE TABLE IF NOT EXISTS marks (n bigint)")
    for n in range(count):
        await put_job(server, kind="mark", payload=json.dumps({"n": n, **payload}))


async def all_done(server: Talkoot) -> bool:
    """Whether none of them is left."""
    return not await rows(server, "SELECT 1 FROM jobs WHERE state <> 'done' AND kind = 'mark'")


async def marks(server: Talkoot) -> dict[int, int]:
    """How often the effect of each of them happened."""
    return Counter(row[0] for row in await rows(server, "SELECT n FROM marks"))
