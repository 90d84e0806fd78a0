"""The database lost what was acknowledged, as after a failover, and goes on: nobody is shown what is gone."""

from __future__ import annotations

import uuid

import pytest

from tests.job_rows import rows
from tests.losses.conftest import Installation
from tests.servers.talkoot import Talkoot


@pytest.mark.parametrize("since", [1, 2])
async def test_a_servers_memory_of_what_was_lost_is_not_believed(
    deaf: Installation, deaf_nodes: list[Talkoot], since: int
) -> None:
    """Though the log is as long again as it was remembered, or longer, and nobody follows the room."""
    room, node = await deaf.room(), deaf_nodes[0]
    await deaf.owners[0].post(f"/rooms/{room}/messages", {"text": "first"})
    sent = await deaf.owners[0].post(f"/rooms/{room}/messages", {"text": "lost"})
    asked = [(f"/rooms/{room}/messages", {}), (f"/rooms/{room}/events", {"after": sent["seq"] - 2})]

    async def said(owner: int) -> str:
        return " ".join([(await deaf.owners[owner].ask("GET", path, **q)).text for path, q in asked])

    for owner in (0, 1, 0, 1):
        assert "lost" in await said(owner)
    for statement in (
        "DELETE FROM messages WHERE room_id = $1 AND seq = $2",
        "DELETE FROM events WHERE log = $1 AND seq = $2",
        "UPDATE logs SET head = $2 - 1, last_ts = (SELECT max(ts) FROM events WHERE log = $1) WHERE id = $1",
    ):
        await rows(node, statement, uuid.UUID(room), sent["seq"])
    for number in range(since):
        kept = await deaf.owners[1].post(f"/rooms/{room}/messages", {"text": f"kept {number}"})
        assert kept["seq"] == sent["seq"] + number
    for owner in (0, 1, 0, 1):
        now = await said(owner)
        assert "lost" not in now
        assert all(now.count(f"kept {number}") == 2 for number in range(since))
