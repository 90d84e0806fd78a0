"""Notifications of replies: who follows a thread is told, as far as they want, until they have read it."""

from tests.chat.inboxes import inbox, told, whys
from tests.chat.test_following import begun, reply, state
from tests.chat.test_notifications import a_room, name
from tests.clients import Api, Json
from tests.workspaces import Workspace


async def test_who_follows_is_told_until_the_thread_is_read(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    room = await a_room(workspace, member, other)
    root = await begun(member, room)
    first = await reply(owner, root, "first")
    assert [item["kind"] for item in await told(member, first)] == ["reply"]
    later = await owner.post(f"/rooms/{room}/messages", {"text": "later"})
    await member.put(f"/rooms/{room}/read", {"seq": later["seq"]})
    assert (await inbox(member))["unread"] == 1  # the thread was not opened
    await member.put(f"/messages/{root['id']}/thread/read", {"seq": first["seq"]})
    page = await inbox(member)
    assert (page["unread"], [item["read"] for item in page["items"]]) == (0, [True])
    # Who writes is told of nothing, and who does not follow neither; who is named is told of that.
    named = await reply(member, root, f"and you, {name(other)}")
    assert [item["kind"] for item in await told(other, named)] == ["mention"]
    assert ("reply", named["text"]) in await whys(owner, workspace.id)
    assert (await inbox(member))["unread"] == 0


async def test_what_one_says_of_a_thread_counts_before_its_room(workspace_sqlite: Workspace) -> None:
    owner, member = workspace_sqlite.owner, await workspace_sqlite.member()
    room = await a_room(workspace_sqlite, member)
    loud, quiet, gone, usual = [await begun(member, room, text) for text in ("a", "b", "c", "d")]
    for root, level in ((loud, "all"), (quiet, "mentions"), (gone, "nothing")):
        await member.put(f"/messages/{root['id']}/follow", {"level": level})
    await member.put(f"/rooms/{room}/notifications", {"level": "nothing"}, expect=204)
    heard: list[Json] = [await reply(owner, loud)]
    for root in (quiet, gone, usual):
        await reply(owner, root)
    heard.append(await reply(owner, quiet, f"you, {name(member)}"))
    await reply(owner, gone, f"not you, {name(member)}")
    heard.append(await reply(owner, loud, "the last"))  # jobs are begun in their order
    assert {item["message"]["id"] for item in await told(member, *heard)} == {one["id"] for one in heard}
    await member.delete(f"/messages/{loud['id']}/follow")
    await reply(owner, loud, "nobody hears this")
    heard.append(await reply(owner, quiet, f"but this, {name(member)}"))
    await told(member, *heard)


async def test_row_15_who_began_a_thread_and_left_follows_nothing_there(
    workspace: Workspace, member: Api
) -> None:
    owner, room = workspace.owner, await workspace.room(kind="private")
    for person in (member, stays := await workspace.member("stays")):
        await owner.put(f"/rooms/{room}/members/{person.user['id']}", expect=204)
    hidden, shown = await begun(member, room), await begun(stays, room)
    socket = await workspace.socket(member)
    await owner.delete(f"/rooms/{room}/members/{member.user['id']}")
    await reply(owner, hidden, "secret")
    said = await reply(owner, shown, "no secret")
    assert [item["kind"] for item in await told(stays, said)] == ["reply"]
    assert (await inbox(member))["items"] == []
    assert (await member.get("/threads"))["items"] == []
    assert [frame for frame in socket.frames if frame.get("kind") in {"thread", "notified"}] == []
    await owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    assert (await state(member, hidden))["followed"] is False
