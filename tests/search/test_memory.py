"""What indexing takes is bounded by bytes, however large each message is: looked at from outside."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.clients import set_up
from tests.conftest import Serve
from tests.kernel.ground import until
from tests.search.searching import texts
from tests.servers.talkoot import Talkoot

LARGE = "🦊" * 16_000  # 64,000 bytes of UTF-8, and a token for each of them
MESSAGES = 200
MOST = 150 * 1024 * 1024


async def test_large_messages_do_not_fill_the_memory_of_who_indexes_them(serve: Serve) -> None:
    node = serve("sqlite", search="off", rate_limits="off")
    owner, workspace = await set_up(node.url)
    room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
    path = f"/rooms/{room}/messages"
    await owner.post(path, {"text": "the first one"})
    for _ in range(MESSAGES // 10):
        await asyncio.gather(*(owner.post(path, {"text": LARGE}) for _ in range(10)))
    await owner.post(path, {"text": "the last one"})
    node.stop()
    node.environment["TALKOOT_SEARCH"] = "on"
    before = peak(node.start())
    owner.http.base_url = f"{node.url}/api/v1"

    async def is_made() -> bool:
        return (await owner.ask("GET", "/search", q="one", workspace=workspace["id"])).status_code == 200

    await until(is_made, patience=60)
    assert await texts(owner, workspace["id"], "one") == ["the last one", "the first one"]
    assert peak(node) - before < MOST
    await owner.close()


def peak(node: Talkoot) -> int:
    """The most bytes of memory that it ever had."""
    (line,) = (
        line
        for line in Path(f"/proc/{node.process.pid}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    return int(line.split()[1]) * 1024
