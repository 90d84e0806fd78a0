"""From the start of the program to its first page, and the memory it then needs at rest."""

import http.client
import shutil
import time
from pathlib import Path
from typing import Any

from bench.processes import resident_bytes
from bench.server import Server
from bench.world import Bench

REST = 2.0


async def start(bench: Bench) -> list[dict[str, Any]]:
    """Each repeat starts in an empty folder, and once more in what that has left."""
    samples = []
    for repeat in range(bench.sizes.repeats):
        data = bench.folder / "fresh"
        shutil.rmtree(data, ignore_errors=True)
        samples += [
            {"case": case, "repeat": repeat, **_once(data, bench.sizes.warm_up)}
            for case in ("first start", "later start")
        ]
    return samples


def _once(data: Path, warm_up: float) -> dict[str, Any]:
    begin = time.monotonic()
    with Server(data) as server:
        said = time.monotonic() - begin
        client = http.client.HTTPConnection(server.host, server.port, timeout=10)
        client.request("GET", "/")
        answer = client.getresponse()
        page = answer.read()
        seconds = time.monotonic() - begin
        client.close()
        if answer.status != 200 or b"<html" not in page:
            raise AssertionError(f"No page: {answer.status} {page[:200]!r}")
        time.sleep(min(REST, warm_up * 3))
        return {
            "answers_after_s": round(said, 3),
            "first_page_s": round(seconds, 3),
            "resident_bytes": resident_bytes(server.pid),
        }
