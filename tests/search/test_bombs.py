"""Whatever somebody searches for, the server goes on for everybody else."""

import asyncio
import time

import httpx2
import pytest

from tests.search.conftest import Fill
from tests.search.searching import search
from tests.search.test_inside_files import send_file, until_inside
from tests.workspaces import Workspace

TEXTS = ["a " * 7999 + "a", "的" * 15_999]
QUERIES = ["a", '"' + "a " * 31 + 'a"', 'a -"' + "a " * 30 + 'b"', "的", "的" * 30]


async def test_row_33_no_search_stops_the_server(workspace: Workspace, fill: Fill) -> None:
    await fill(*TEXTS * 15)
    longest = 0.0
    searching = True

    async def beat() -> None:
        nonlocal longest
        async with httpx2.AsyncClient() as client:
            while searching:
                begin = time.perf_counter()
                await client.get(f"{workspace.owner.url}/healthz")
                longest = max(longest, time.perf_counter() - begin)
                await asyncio.sleep(0.005)

    beating = asyncio.create_task(beat())
    for q in QUERIES:
        assert await search(workspace.owner, workspace.id, q, limit=50)
    searching = False
    await beating
    assert longest < 1


@pytest.mark.parametrize("q", ['"' + "a " * 33 + '"', "的" * 40])
async def test_row_33_a_phrase_may_not_be_endless(workspace: Workspace, q: str) -> None:
    answer = await workspace.owner.ask("GET", "/search", q=q, workspace=workspace.id)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "too_many"


async def test_searches_in_long_files_keep_nobody_else_from_reading(workspace: Workspace) -> None:
    owner, room = workspace.owner, await workspace.room()
    reader = await workspace.member()
    long = " ".join(f"w{number}" for number in range(15_000)).encode()
    for number in range(9):
        await send_file(owner, room, f"{number}.txt", b"quokka " + long)
    while len(await until_inside(owner, workspace.id, "quokka")) < 8:  # noqa: ASYNC110 - another process reads them
        await asyncio.sleep(0.2)
    searches = [asyncio.create_task(search(owner, workspace.id, "quokka")) for _ in range(12)]
    await asyncio.sleep(0.1)
    await reader.get("/users/me")
    assert sum(each.done() for each in searches) < 4, (
        "there are four connections, and more searches than that"
    )
    await asyncio.gather(*searches)
