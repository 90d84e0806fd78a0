import uuid

from tests.deploy.numbers import samples
from tests.workspaces import Workspace


async def test_the_time_to_an_ack_is_counted_and_nothing_else(workspace: Workspace) -> None:
    room = await workspace.room()
    socket = await workspace.socket(workspace.owner, room)
    before = await samples(workspace.owner.url)
    for text in ("one", "two"):
        assert (await socket.send(room, text))["op"] == "ack"
    assert (await socket.send(str(uuid.uuid4()), "nowhere"))["op"] == "nack"
    after = await samples(workspace.owner.url)
    assert after["talkoot_ack_seconds_count"] - before["talkoot_ack_seconds_count"] == 2
    assert after["talkoot_ack_seconds_bucket +Inf"] - before["talkoot_ack_seconds_bucket +Inf"] == 2
    assert 0 < after["talkoot_ack_seconds_sum"] - before["talkoot_ack_seconds_sum"] < 60
