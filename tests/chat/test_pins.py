"""Pins: what a room keeps at hand, for whom, and what ends it."""

from tests.clients import Api, Json
from tests.workspaces import Workspace


async def said(workspace: Workspace, *people: Api, texts: int = 1) -> list[Json]:
    room = await workspace.room()
    for person in people:
        await person.post(f"/rooms/{room}/join", expect=204)
    path = f"/rooms/{room}/messages"
    return [await workspace.owner.post(path, {"text": str(number)}) for number in range(texts)]


async def pinned(person: Api, room: str) -> list[str]:
    """The texts of what is pinned, which every page of messages says too."""
    items = (await person.get(f"/rooms/{room}/pins"))["items"]
    page = (await person.get(f"/rooms/{room}/messages"))["items"]
    assert {each["id"] for each in page if each["pinned"]} == {each["message"]["id"] for each in items}
    assert all(each["message"] in page for each in items)
    return [each["message"]["text"] for each in items]


async def test_what_is_pinned_is_listed_with_who_did_it(workspace: Workspace, member: Api) -> None:
    owner, (first, second) = workspace.owner, await said(workspace, member, texts=2)
    room = first["room"]
    socket = await workspace.socket(owner, room)
    assert await pinned(owner, room) == []  # the page is remembered from here on
    await member.put(f"/messages/{first['id']}/pin", expect=204)
    told = await socket.event("pin.added")
    assert (told["sender"], told["body"]) == (member.user["id"], {"message": first["id"]})
    await owner.put(f"/messages/{second['id']}/pin", expect=204)
    await member.put(f"/messages/{second['id']}/pin", expect=204)  # it is pinned already
    assert await pinned(member, room) == ["1", "0"]
    by = [(each["by"]["id"], each["ts"]) for each in (await owner.get(f"/rooms/{room}/pins"))["items"]]
    assert by[1] == (member.user["id"], told["ts"])
    assert by[0][0] == owner.user["id"]
    await owner.patch(f"/messages/{first['id']}", {"text": "other"})
    assert await pinned(owner, room) == ["1", "other"]
    for _ in range(2):
        await owner.delete(f"/messages/{first['id']}/pin")
    assert await pinned(owner, room) == ["1"]
    types = [event["type"] for event in (await owner.get(f"/rooms/{room}/events"))["events"]]
    assert [kind for kind in types if kind.startswith("pin.")] == ["pin.added", "pin.added", "pin.removed"]


async def test_with_the_message_the_pin_is_gone(workspace: Workspace) -> None:
    owner, (message,) = workspace.owner, await said(workspace)
    await owner.put(f"/messages/{message['id']}/pin", expect=204)
    assert await pinned(owner, message["room"]) == ["0"]
    await owner.delete(f"/messages/{message['id']}")
    assert await pinned(owner, message["room"]) == []
    assert await owner.refusal("PUT", f"/messages/{message['id']}/pin") == (404, "not_found")
    await owner.delete(f"/messages/{message['id']}/pin")


async def test_replies_can_be_pinned(workspace_sqlite: Workspace) -> None:
    owner, (message,) = workspace_sqlite.owner, await said(workspace_sqlite)
    path = f"/rooms/{message['room']}/messages"
    reply = await owner.post(path, {"text": "the answer", "thread": message["id"]})
    await owner.put(f"/messages/{reply['id']}/pin", expect=204)
    (only,) = (await owner.get(f"/rooms/{message['room']}/pins"))["items"]
    assert (only["message"]["text"], only["message"]["thread"]) == ("the answer", message["id"])


async def test_a_room_has_so_many_pins(workspace_sqlite: Workspace) -> None:
    owner, messages = workspace_sqlite.owner, await said(workspace_sqlite, texts=51)
    for message in messages[:50]:
        await owner.put(f"/messages/{message['id']}/pin", expect=204)
    last = f"/messages/{messages[50]['id']}/pin"
    assert await owner.refusal("PUT", last) == (409, "too_many")
    await owner.put(f"/messages/{messages[0]['id']}/pin", expect=204)
    await owner.delete(f"/messages/{messages[0]['id']}/pin")
    await owner.put(last, expect=204)


async def test_who_may_not_pin_reads_what_is(workspace: Workspace, member: Api, stranger: Api) -> None:
    owner, (message,) = workspace.owner, await said(workspace, member)
    pin, room = f"/messages/{message['id']}/pin", message["room"]
    await owner.put(pin, expect=204)
    await owner.put(f"/rooms/{room}/sanctions/{member.user['id']}/mute", {})
    for method in ("PUT", "DELETE"):
        assert (await member.refusal(method, pin))[0] == 403
        assert (await stranger.refusal(method, pin))[0] == 404
    assert (await stranger.refusal("GET", f"/rooms/{room}/pins"))[0] == 404
    assert await pinned(member, room) == ["0"]
