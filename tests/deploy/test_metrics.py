import uuid

from prometheus_client.parser import text_string_to_metric_families

from tests.workspaces import Workspace


async def samples(workspace: Workspace) -> dict[str, float]:
    """Every sample by its name and labels, as a server on this machine tells it."""
    text = (await workspace.owner.http.get(f"{workspace.owner.url}/metrics")).text
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_the_time_to_an_ack_is_counted_and_nothing_else(workspace: Workspace) -> None:
    room = await workspace.room()
    socket = await workspace.socket(workspace.owner, room)
    before = await samples(workspace)
    for text in ("one", "two"):
        assert (await socket.send(room, text))["op"] == "ack"
    assert (await socket.send(str(uuid.uuid4()), "nowhere"))["op"] == "nack"
    after = await samples(workspace)
    assert after["talkoot_ack_seconds_count"] - before["talkoot_ack_seconds_count"] == 2
    assert after["talkoot_ack_seconds_bucket +Inf"] - before["talkoot_ack_seconds_bucket +Inf"] == 2
    assert 0 < after["talkoot_ack_seconds_sum"] - before["talkoot_ack_seconds_sum"] < 60
