"""What a message said before: for whom it is, and when it is gone."""

from tests.clients import Api, Json
from tests.workspaces import Workspace


async def edited(workspace: Workspace, *texts: str) -> Json:
    """A message that was sent, and edited to each of the other texts."""
    room = await workspace.room()
    said: Json = await workspace.owner.post(f"/rooms/{room}/messages", {"text": texts[0]})
    for text in texts[1:]:
        said = await workspace.owner.patch(f"/messages/{said['id']}", {"text": text})
    return said


async def versions(person: Api, message: Json) -> list[str]:
    found: list[Json] = (await person.get(f"/messages/{message['id']}/edits"))["items"]
    assert [each["ts"] for each in found] == sorted(each["ts"] for each in found)
    return [each["text"] for each in found]


async def test_every_text_of_a_message_is_kept_in_order(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    owner, message = workspace.owner, await edited(workspace, "one", "two", "three")
    other = await edited(workspace, "of another")
    await owner.put(f"/messages/{message['id']}/reactions/👍", expect=204)
    assert await versions(member, message) == ["one", "two", "three"]
    assert await versions(member, other) == ["of another"]
    first, *_, last = (await member.get(f"/messages/{message['id']}/edits"))["items"]
    assert (first["by"]["id"], first["ts"]) == (owner.user["id"], message["ts"])
    assert last["ts"] > message["ts"]
    page = await member.get(f"/messages/{message['id']}/edits", limit=2)
    rest = await member.get(f"/messages/{message['id']}/edits", limit=2, after=page["next"])
    assert [each["text"] for each in page["items"] + rest["items"]] == ["one", "two", "three"]
    assert rest["next"] is None
    assert await stranger.refusal("GET", f"/messages/{message['id']}/edits") == (404, "not_found")


async def test_nothing_is_left_of_it_with_the_message(workspace: Workspace, member: Api) -> None:
    message = await edited(workspace, "a secret", "nothing")
    await workspace.owner.delete(f"/messages/{message['id']}")
    assert await versions(member, message) == []
    assert "a secret" not in str(await member.get(f"/rooms/{message['room']}/events"))


async def test_who_may_not_read_the_room_any_more_is_told_nothing(workspace: Workspace, member: Api) -> None:
    message = await edited(workspace, "one", "two")
    assert await versions(member, message) == ["one", "two"]
    sanction = f"/rooms/{message['room']}/sanctions/{member.user['id']}/ban"
    await workspace.owner.put(sanction, {})
    assert (await member.refusal("GET", f"/messages/{message['id']}/edits"))[0] == 404
