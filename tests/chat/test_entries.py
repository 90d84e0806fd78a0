"""Access entries: what they open and close, what explains them, and that nobody gives what they lack."""

import uuid
from typing import Any

from tests.clients import Api, Json
from tests.workspaces import Workspace


def entry(principal: str, *permissions: str, allow: bool = True, whom: str | None = None) -> Json:
    made: Json = {"allow": allow, "principal": principal, "permissions": [*permissions]}
    return made if whom is None else made | {"principal_id": whom}


async def put_first(workspace: Workspace, path: str, *new: Json) -> Any:
    """Set entries in front of those that are there."""
    there = (await workspace.owner.get(f"{path}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    return await workspace.owner.put(f"{path}/acl", {"items": [*new, *kept]})


async def explained(person: Api, path: str, user: Api, permission: str) -> Json:
    found: Json = await person.get(f"{path}/acl/explain", user=user.user["id"], permission=permission)
    return found


async def test_a_deny_on_a_room_shuts_out_one_person(workspace: Workspace, member: Api) -> None:
    room, other = await workspace.room(), await workspace.member()
    path = f"/rooms/{room}"
    await put_first(workspace, path, entry("user", "room.read", allow=False, whom=member.user["id"]))
    assert await member.refusal("GET", path) == (404, "not_found")
    assert (await other.get(path))["id"] == room


async def test_the_nearest_entry_decides(workspace: Workspace, member: Api) -> None:
    category = await workspace.owner.post(f"/workspaces/{workspace.id}/categories", {"name": "Announcements"})
    quiet = await workspace.room(category=category["id"])
    open_ = await workspace.room(category=category["id"])
    await put_first(workspace, f"/categories/{category['id']}", entry("everyone", "room.post", allow=False))
    for room in (quiet, open_):
        answer = await member.refusal("POST", f"/rooms/{room}/messages", {"text": "x"})
        assert answer == (403, "forbidden")
    await put_first(workspace, f"/rooms/{open_}", entry("authenticated", "room.post"))
    await member.post(f"/rooms/{open_}/messages", {"text": "x"})
    answer = await member.refusal("POST", f"/rooms/{quiet}/messages", {"text": "x"})
    assert answer == (403, "forbidden")


async def test_within_a_resource_the_first_entry_decides(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    deny = entry("user", "room.post", allow=False, whom=member.user["id"])
    allow = entry("user", "room.post", whom=member.user["id"])
    await put_first(workspace, f"/rooms/{room}", deny, allow)
    assert await member.refusal("POST", f"/rooms/{room}/messages", {"text": "x"}) == (403, "forbidden")
    await put_first(workspace, f"/rooms/{room}", allow, deny)
    await member.post(f"/rooms/{room}/messages", {"text": "x"})


async def test_entries_for_a_role_follow_the_role(workspace: Workspace, member: Api) -> None:
    roles = (await workspace.owner.get(f"/workspaces/{workspace.id}/roles"))["items"]
    moderator = next(role["id"] for role in roles if role["name"] == "moderator")
    room = await workspace.room(kind="private")
    await put_first(workspace, f"/rooms/{room}", entry("role", "room.read", whom=moderator))
    assert await member.refusal("GET", f"/rooms/{room}") == (404, "not_found")
    path = f"/workspaces/{workspace.id}/members/{member.user['id']}"
    await workspace.owner.put(path, {"role": "moderator"}, expect=204)
    assert (await member.get(f"/rooms/{room}"))["member"] is False
    await workspace.owner.put(path, {"role": "member"}, expect=204)
    assert await member.refusal("GET", f"/rooms/{room}") == (404, "not_found")


async def test_an_explanation_names_the_entry_that_decided(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    path = f"/rooms/{room}"
    inherited = await explained(workspace.owner, path, member, "room.post")
    assert inherited["allowed"] is True
    assert inherited["decided_by"]["resource"] == workspace.id
    assert inherited["lineage"] == [room, workspace.id]
    set_ = await put_first(workspace, path, entry("user", "room.post", allow=False, whom=member.user["id"]))
    denied = await explained(member, path, member, "room.post")
    assert denied["allowed"] is False
    assert denied["decided_by"]["id"] == set_["items"][0]["id"]
    nothing = await explained(member, path, member, "access.manage")
    assert (nothing["allowed"], nothing["decided_by"]) == (False, None)


async def test_explanations_of_others_are_for_those_who_manage_access(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    room = await workspace.room()
    path = f"/rooms/{room}/acl/explain"
    asked: Json = {"user": workspace.owner.user["id"], "permission": "room.read"}
    assert await member.refusal("GET", path, **asked) == (403, "forbidden")
    foreign: Json = {"user": stranger.user["id"], "permission": "room.read"}
    assert await workspace.owner.refusal("GET", path, **foreign) == (404, "not_found")
    nobody: Json = {"user": str(uuid.uuid4()), "permission": "room.read"}
    assert await workspace.owner.refusal("GET", path, **nobody) == (404, "not_found")
    wrong: Json = {"user": member.user["id"], "permission": "room.burn"}
    assert await workspace.owner.refusal("GET", path, **wrong) == (422, "invalid")


async def test_nobody_gives_what_they_do_not_hold_there(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await put_first(workspace, f"/rooms/{room}", entry("user", "access.manage", whom=member.user["id"]))
    for given in ("room.manage", "messages.moderate", "workspace.manage"):
        items = [entry("user", given, "access.manage", whom=member.user["id"])]
        answer = await member.refusal("PUT", f"/rooms/{room}/acl", {"items": items})
        assert answer == (403, "forbidden"), given
    mine = [entry("user", "access.manage", "room.post", whom=member.user["id"])]
    assert len((await member.put(f"/rooms/{room}/acl", {"items": mine}))["items"]) == 1


async def test_nobody_locks_themselves_out(workspace: Workspace) -> None:
    room = await workspace.room()
    for needed in ("access.manage", "room.read"):
        items = [entry("everyone", needed, allow=False)]
        answer = await workspace.owner.refusal("PUT", f"/rooms/{room}/acl", {"items": items})
        assert answer == (409, "conflict")
    assert (await workspace.owner.get(f"/rooms/{room}/acl"))["items"] != []


async def test_principals_must_be_known_and_named_where_they_need_a_name(
    workspace: Workspace, stranger: Api
) -> None:
    room = await workspace.room()
    for wrong in (
        entry("user", "room.read"),
        entry("user", "room.read", whom=stranger.user["id"]),
        entry("role", "room.read", whom=str(uuid.uuid4())),
        entry("everyone", "room.read", whom=str(uuid.uuid4())),
        entry("somebody", "room.read"),
        entry("everyone", "room.burn"),
        entry("everyone"),
    ):
        answer = await workspace.owner.refusal("PUT", f"/rooms/{room}/acl", {"items": [wrong]})
        assert answer == (422, "invalid"), wrong


async def test_a_guest_sees_only_the_rooms_they_were_put_into(workspace: Workspace, member: Api) -> None:
    owner, guest = workspace.owner, member
    await owner.put(f"/workspaces/{workspace.id}/members/{guest.user['id']}", {"role": "guest"}, expect=204)
    public, private, mine = (
        await workspace.room(),
        await workspace.room(kind="private"),
        await workspace.room(kind="private"),
    )
    await owner.put(f"/rooms/{mine}/members/{guest.user['id']}", expect=204)
    listed = (await guest.get(f"/workspaces/{workspace.id}/rooms"))["items"]
    assert [room["id"] for room in listed] == [mine]
    for room in (public, private):
        assert await guest.refusal("GET", f"/rooms/{room}") == (404, "not_found")
        assert await guest.refusal("POST", f"/rooms/{room}/join") == (404, "not_found")
    await guest.post(f"/rooms/{mine}/messages", {"text": "hello"})
    base = f"/workspaces/{workspace.id}"
    doors: list[tuple[str, str, Json]] = [
        ("POST", f"{base}/rooms", {"name": "Mine"}),
        ("POST", f"{base}/direct", {"users": [owner.user["id"]]}),
        ("POST", f"{base}/invites", {}),
        ("POST", f"{base}/categories", {"name": "Mine"}),
    ]
    for method, path, body in doors:
        assert await guest.refusal(method, path, body) == (403, "forbidden"), path
    await owner.put(f"/rooms/{public}/members/{guest.user['id']}", expect=204)
    assert (await guest.get(f"/rooms/{public}"))["member"] is True


async def test_nobody_shuts_out_the_owner_of_the_workspace(workspace: Workspace, member: Api) -> None:
    path = f"/workspaces/{workspace.id}"
    await workspace.owner.put(f"{path}/members/{member.user['id']}", {"role": "admin"}, expect=204)
    there = (await member.get(f"{path}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    owner, mine = workspace.owner.user["id"], member.user["id"]
    for items in (
        [entry("user", "workspace.read", allow=False, whom=owner), *kept],
        [entry("everyone", "members.manage", allow=False), *kept],
        [entry("user", "workspace.read", "access.manage", whom=mine)],
    ):
        assert await member.refusal("PUT", f"{path}/acl", {"items": items}) == (409, "conflict")
    assert (await workspace.owner.get(f"{path}/acl"))["items"] == there
    assert len((await member.put(f"{path}/acl", {"items": kept}))["items"]) == len(kept)


async def test_nobody_takes_away_what_denies_them_something(workspace: Workspace, member: Api) -> None:
    path, whom = f"/rooms/{await workspace.room()}", member.user["id"]
    change = f"/workspaces/{workspace.id}/members/{whom}"
    await workspace.owner.put(change, {"role": "admin"}, expect=204)
    await put_first(workspace, path, entry("user", "room.post", allow=False, whom=whom))
    for items in ([], [entry("members", "room.read")]):
        assert await member.refusal("PUT", f"{path}/acl", {"items": items}) == (403, "forbidden")
    assert await member.refusal("POST", f"{path}/messages", {"text": "x"}) == (403, "forbidden")
    kept = [entry("user", "room.post", allow=False, whom=whom)]
    await member.put(f"{path}/acl", {"items": kept})
    await workspace.owner.put(
        f"{path}/acl", {"items": [entry("user", "room.post", allow=False, whom=workspace.owner.user["id"])]}
    )
    await workspace.owner.put(f"{path}/acl", {"items": []})  # who owns it takes back what entries took
    await member.post(f"{path}/messages", {"text": "x"})


async def test_an_explanation_shows_nothing_of_others_to_who_may_not_list_entries(
    workspace: Workspace, member: Api
) -> None:
    other, path = await workspace.member(), f"/rooms/{await workspace.room()}"
    await put_first(workspace, path, entry("user", "room.post", allow=False, whom=other.user["id"]))
    told = await explained(member, path, member, "room.post")
    assert told["allowed"]
    assert all(each["matches"] for step in told["chain"] for each in step["entries"])
    assert other.user["id"] in str(await explained(workspace.owner, path, member, "room.post"))


async def test_nobody_files_a_room_where_they_get_what_was_denied(workspace: Workspace, member: Api) -> None:
    at, whom = f"/workspaces/{workspace.id}", member.user["id"]
    shelf = (await workspace.owner.post(f"{at}/categories", {"name": "Shelf"}))["id"]
    room = await member.post(f"{at}/rooms", {"name": "Of their own", "kind": "public", "category": shelf})
    path = f"/rooms/{room['id']}"
    await workspace.owner.put(f"/categories/{shelf}/sanctions/{whom}/mute", {})
    assert await member.refusal("PATCH", path, {"category": None}) == (403, "forbidden")
    assert await member.refusal("POST", f"{path}/messages", {"text": "x"}) == (403, "forbidden")
    assert (await member.patch(path, {"topic": "Still theirs"}))["category"] == shelf
    await workspace.owner.delete(f"/categories/{shelf}/sanctions/{whom}/mute")
    assert (await member.patch(path, {"category": None}))["category"] is None


async def test_who_denies_something_to_everybody_can_take_that_back(
    workspace: Workspace, member: Api
) -> None:
    change = f"/workspaces/{workspace.id}/members/{member.user['id']}"
    await workspace.owner.put(change, {"role": "admin"}, expect=204)
    for path in (f"/rooms/{await workspace.room()}", f"/workspaces/{workspace.id}"):
        there = (await member.get(f"{path}/acl"))["items"]
        kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
        quiet = entry("everyone", "room.post", allow=False)
        await member.put(f"{path}/acl", {"items": [quiet, *kept]})
        loud = entry("authenticated", "room.post")
        assert len((await member.put(f"{path}/acl", {"items": [loud, quiet, *kept]}))["items"]) > 1
        await member.put(f"{path}/acl", {"items": kept})
        # What they could not take back they do not take from themselves.
        admins = next(e for e in await roles(workspace) if e["name"] == "admin")["id"]
        gone = entry("role", "room.post", allow=False, whom=admins)
        answer = await member.refusal("PUT", f"{path}/acl", {"items": [gone, *kept]})
        assert answer == (409, "conflict"), path


async def test_what_closes_a_room_is_not_taken_back_by_who_was_let_in_to_look(
    workspace: Workspace, member: Api
) -> None:
    change = f"/workspaces/{workspace.id}/members/{member.user['id']}"
    await workspace.owner.put(change, {"role": "admin"}, expect=204)
    path = f"/rooms/{await workspace.room(kind='private')}"
    await put_first(workspace, path, entry("user", "room.read", whom=member.user["id"]))
    looking = [entry("user", "room.read", whom=member.user["id"])]
    for items in ([], looking, [*looking, entry("authenticated", "room.post")]):
        assert (await member.refusal("PUT", f"{path}/acl", {"items": items}))[0] in {403, 409}


async def roles(workspace: Workspace) -> list[Json]:
    found: list[Json] = (await workspace.owner.get(f"/workspaces/{workspace.id}/roles"))["items"]
    return found


async def test_a_preview_says_what_entries_would_do_and_changes_nothing(
    workspace: Workspace, member: Api
) -> None:
    room, guest = await workspace.room(), await workspace.member()
    await workspace.owner.put(
        f"/workspaces/{workspace.id}/members/{guest.user['id']}", {"role": "guest"}, expect=204
    )
    path = f"/rooms/{room}/acl/preview"
    items = [entry("user", "room.read", whom=guest.user["id"]), entry("everyone", "room.post", allow=False)]

    async def effects(user: str, **more: Any) -> dict[str, tuple[bool, bool, int | None]]:
        body = {"items": items, "user": user, **more}
        told = (await workspace.owner.call("POST", path, body))["items"]
        return {
            e["permission"]: (e["before"], e["after"], e["entry"]) for e in told if e["before"] != e["after"]
        }

    assert await effects(guest.user["id"]) == {"room.read": (False, True, 0)}
    assert await effects(member.user["id"]) == {"room.post": (True, False, 1)}
    await workspace.owner.put(f"/rooms/{room}/sanctions/{member.user['id']}/mute", {})
    assert await effects(member.user["id"]) == {}
    assert await member.refusal("POST", path, {"items": [], "user": member.user["id"]}) == (403, "forbidden")
    nobody = {"items": [], "user": str(uuid.uuid4())}
    assert await workspace.owner.refusal("POST", path, nobody) == (404, "not_found")
