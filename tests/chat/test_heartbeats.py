"""A heartbeat tells how far rooms reach, and only to who may read them (I10)."""

import asyncio

from tests.clients import Api
from tests.workspaces import Workspace


async def test_a_heartbeat_tells_nothing_of_a_room_that_is_still_asked_for(
    workspace: Workspace, member: Api
) -> None:
    """Who was shut out asks for the room again, and for its head before that is answered."""
    room = await workspace.room(kind="private")
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    others, there = await workspace.socket(workspace.owner, room), await workspace.socket(member)
    await workspace.owner.delete(f"/rooms/{room}/members/{member.user['id']}")
    secret = await others.send(room, "secret")
    await others.event("message.created", seq=secret["seq"])
    assert (await others.ask(op="hb", seen={room: 0}))["heads"] == {room: secret["seq"]}
    for _ in range(5):
        refused, beat = await asyncio.gather(
            there.ask(op="sub", rooms=[{"room": room}]), there.ask(op="hb", seen={room: 0})
        )
        assert refused["code"] == "not_found"
        assert beat["heads"] == {}
