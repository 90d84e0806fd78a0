"""Nobody finds what they may not read: not by a word, a page, a name of a room, or an old index."""

from tests.search.conftest import Fill
from tests.search.searching import search, texts, until_found
from tests.workspaces import Workspace


async def test_a_private_room_is_found_by_its_members_only(workspace: Workspace, fill: Fill) -> None:
    member = await workspace.member()
    secret = await fill("the plan is secret", "the second plan", kind="private", name="hideout")
    await fill("the plan is public", name="open")
    assert await texts(member, workspace.id, "plan") == ["the plan is public"]
    assert await texts(member, workspace.id, "secret") == []
    page = await member.get("/search", q="plan", workspace=workspace.id, limit=1)
    assert (len(page["items"]), page["next"]) == (1, None)
    (room,) = [room for room in await rooms(workspace) if room["id"] == secret]
    for name in (room["name"], secret, "no such room"):
        assert await member.refusal("GET", "/search", q=f'in:"{name}"', workspace=workspace.id) == (
            422,
            "invalid",
        )

    await workspace.owner.put(f"/rooms/{secret}/members/{member.user['id']}", expect=204)
    assert await texts(member, workspace.id, "plan") == [
        "the plan is public",
        "the second plan",
        "the plan is secret",
    ]
    assert await texts(member, workspace.id, f"in:{secret} second") == ["the second plan"]


async def test_row_15_who_is_removed_finds_nothing_from_that_moment(workspace: Workspace, fill: Fill) -> None:
    member = await workspace.member()
    room = await fill("among us", kind="private")
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    assert await texts(member, workspace.id, "among") == ["among us"]
    await workspace.owner.delete(f"/rooms/{room}/members/{member.user['id']}")
    assert await texts(member, workspace.id, "among") == []
    assert await texts(workspace.owner, workspace.id, "among") == ["among us"]


async def test_row_15_an_entry_that_denies_reading_hides_at_once(workspace: Workspace, fill: Fill) -> None:
    member = await workspace.member()
    room = await fill("denied later")
    assert await texts(member, workspace.id, "denied") == ["denied later"]
    entry = {
        "allow": False,
        "principal": "user",
        "principal_id": member.user["id"],
        "permissions": ["room.read"],
    }
    await workspace.owner.put(f"/rooms/{room}/acl", {"items": [entry]})
    assert await texts(member, workspace.id, "denied") == []


async def test_row_20_other_workspaces_are_not_there(workspace: Workspace, fill: Fill) -> None:
    await fill("a word of this place")
    async with await Workspace.make(workspace.owner) as elsewhere:
        stranger = await elsewhere.member("stranger")
        room = await elsewhere.room()
        await stranger.post(f"/rooms/{room}/join", expect=204)
        await stranger.post(f"/rooms/{room}/messages", {"text": "a word of that place"})
        await until_found(stranger, elsewhere.id, "word", ["a word of that place"])
        assert await stranger.refusal("GET", "/search", q="word", workspace=workspace.id) == (
            404,
            "not_found",
        )
        assert await texts(workspace.owner, workspace.id, "word") == ["a word of this place"]
        q = f"word from:{stranger.user['username']}"
        answer = await workspace.owner.ask("GET", "/search", q=q, workspace=workspace.id)
        assert answer.json()["errors"][0]["code"] == "from"


async def test_who_left_the_workspace_is_told_nothing(workspace: Workspace, fill: Fill) -> None:
    member = await workspace.member()
    await fill("still here")
    assert await texts(member, workspace.id, "still") == ["still here"]
    await workspace.owner.delete(f"/workspaces/{workspace.id}/members/{member.user['id']}")
    assert await member.refusal("GET", "/search", q="still", workspace=workspace.id) == (404, "not_found")


async def test_deleted_messages_vanish_at_once_and_edits_are_never_shown_old(
    workspace: Workspace, fill: Fill
) -> None:
    room = await fill("forget me", "rename me")
    owner = workspace.owner
    deleted, edited = [(await search(owner, workspace.id, word))[0]["id"] for word in ("forget", "rename")]
    await owner.delete(f"/messages/{deleted}")
    assert await texts(owner, workspace.id, "forget") == []
    await owner.patch(f"/messages/{edited}", {"text": "call it so"})
    assert await texts(owner, workspace.id, "rename") == []
    await until_found(owner, workspace.id, "calls", ["call it so"])
    assert await texts(owner, workspace.id, f"me in:{room}") == []


async def rooms(workspace: Workspace) -> list[dict[str, str]]:
    return list((await workspace.owner.get(f"/workspaces/{workspace.id}/rooms"))["items"])


async def test_direct_rooms_are_found_by_those_in_them(workspace: Workspace) -> None:
    one, other, third = [await workspace.member() for _ in range(3)]
    made = await one.call(
        "POST", f"/workspaces/{workspace.id}/direct", {"users": [other.user["id"]]}, expect=201
    )
    await one.post(f"/rooms/{made['id']}/messages", {"text": "between us"})
    await until_found(other, workspace.id, "between", ["between us"])
    for outsider in (third, workspace.owner):
        assert await texts(outsider, workspace.id, "between") == []
