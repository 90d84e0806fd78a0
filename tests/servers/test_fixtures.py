from tests.clients import set_up
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def test_the_program_keeps_what_it_was_told(talkoot: Talkoot) -> None:
    owner, workspace = await set_up(talkoot.url)
    talkoot.kill()
    talkoot.restart()
    async with owner:
        listed = await owner.get("/workspaces")
    assert [item["id"] for item in listed["items"]] == [workspace["id"]]
    assert talkoot.terminate() == 0


async def test_a_message_reaches_a_member_and_no_outsider(workspace: Workspace) -> None:
    member, outsider = await workspace.member(), await workspace.member()
    room = await workspace.room(kind="private")
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    reading = await workspace.socket(member, room)
    elsewhere = await workspace.socket(outsider)
    sending = await workspace.socket(workspace.owner)
    ack = await sending.send(room, "hello")
    assert ack["op"] == "ack", ack
    event = await reading.event("message.created", room=room)
    assert event["body"]["text"] == "hello"
    assert not [frame for frame in await elsewhere.settled() if frame.get("room") == room]
    assert (await outsider.refusal("GET", f"/rooms/{room}/messages"))[0] == 404
