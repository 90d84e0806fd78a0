"""An index that is deleted or damaged is made again, and never answers that there is nothing."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from tests.clients import Api
from tests.conftest import Serve
from tests.realtime.toy import until
from tests.search.searching import PATIENCE
from tests.search.test_follower import begun, send
from tests.servers.talkoot import Talkoot

PAGE = 4096


def damage(index: Path, first: int) -> None:
    with index.open("r+b") as file:
        for place in range(first, index.stat().st_size, PAGE):
            file.seek(place)
            file.write(os.urandom(PAGE))


async def found_again(owner: Api, workspace: str, expected: int) -> None:
    """Each answer is whole or a refusal, until it is whole."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = await owner.ask("GET", "/search", q="word", workspace=workspace, limit=50)
        if answer.status_code == 200:
            assert len(answer.json()["items"]) == expected
            return
        assert answer.status_code == 503
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def filled(talkoot: Talkoot) -> tuple[Api, str, str]:
    owner, workspace, room = await begun(talkoot)
    await send(owner, room, *(f"word {n} " + " ".join(f"w{n}x{m}" for m in range(300)) for n in range(40)))
    deadline = time.monotonic() + PATIENCE
    while len((await owner.get("/search", q="word", workspace=workspace, limit=50))["items"]) < 40:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return owner, workspace, room


@pytest.mark.parametrize("by_hand", [False, True])
async def test_an_index_damaged_in_the_middle_is_made_again(serve: Serve, by_hand: bool) -> None:  # noqa: FBT001
    talkoot = serve("sqlite")
    owner, workspace, _ = await filled(talkoot)
    async with owner:
        talkoot.terminate()
        damage(talkoot.data / "talkoot.search.db", 8 * PAGE)
        if by_hand:
            done = talkoot.run("search", "rebuild")
            assert done.returncode == 0, done.stderr
        talkoot.start()
        await found_again(owner, workspace, 40)


@pytest.mark.parametrize("how", ["deleted", "overwritten"])
async def test_an_index_lost_while_serving_is_made_again(serve: Serve, how: str) -> None:
    talkoot = serve("sqlite")
    owner, workspace, room = await filled(talkoot)
    async with owner:
        for path in talkoot.data.glob("talkoot.search.db*"):
            if how == "deleted":
                path.unlink()
            elif path.suffix == ".db":
                damage(path, 0)
            elif path.name.endswith("-wal"):
                os.truncate(path, 0)
        await found_again(owner, workspace, 40)
        await send(owner, room, "another word")
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = await owner.ask("GET", "/search", q="another", workspace=workspace)
            if answer.status_code == 200 and answer.json()["items"]:
                break
            assert time.monotonic() < deadline, answer.text
            await asyncio.sleep(0.05)
        await found_again(owner, workspace, 41)


async def test_an_index_that_can_not_be_opened_says_so_at_once(serve: Serve) -> None:
    talkoot = serve("sqlite")

    async def refused() -> bool:
        return "unable to open database file" in talkoot.log

    owner, workspace, _ = await filled(talkoot)
    async with owner:
        talkoot.terminate()
        for path in talkoot.data.glob("talkoot.search.db*"):
            path.unlink()
        (talkoot.data / "talkoot.search.db").mkdir()
        talkoot.start()
        await until(refused)
        begin = time.monotonic()
        for _ in range(3):
            answer = await owner.ask("GET", "/search", q="word", workspace=workspace)
            assert answer.status_code == 503
        assert time.monotonic() - begin < 1
