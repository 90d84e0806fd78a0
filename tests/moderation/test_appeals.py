"""Appeals: once, from outside too, and decided by somebody else."""

import uuid

from tests.clients import Api, Json
from tests.moderation.test_reporting import moderator_in
from tests.workspaces import Workspace


async def open_appeals(by: Api, workspace: Workspace) -> list[Json]:
    return list((await by.get(f"/workspaces/{workspace.id}/appeals"))["items"])


async def test_who_is_banned_asks_from_outside_and_comes_back(workspace: Workspace) -> None:
    owner, one, two = workspace.owner, await moderator_in(workspace), await moderator_in(workspace)
    member, at = await workspace.member(), f"/workspaces/{workspace.id}"
    invite = await owner.post(f"{at}/invites")
    await one.put(f"{at}/sanctions/{member.user['id']}/ban", {"reason": "spam"})
    socket = await workspace.socket(member)
    (mine,) = (await member.get("/users/me/sanctions"))["items"]
    assert (mine["kind"], mine["workspace"], mine["room"], mine["reason"], mine["appeal"]) == (
        "ban",
        workspace.id,
        None,
        "spam",
        None,
    )
    asked = {"sanction": mine["id"], "text": "It was not me."}
    assert (await two.refusal("POST", "/users/me/appeals", asked))[0] == 404
    made = await member.post("/users/me/appeals", asked)
    assert (made["against"], made["state"], made["decided_first"]) == ("ban", "open", None)
    assert await member.refusal("POST", "/users/me/appeals", asked) == (409, "appealed_already")
    assert await member.refusal("GET", f"{at}/appeals") == (404, "not_found")
    (shown,) = await open_appeals(two, workspace)
    assert (shown["text"], shown["because"], shown["decided_first"]) == (
        "It was not me.",
        "spam",
        one.user["id"],
    )
    accept, deny = f"{at}/appeals/{made['id']}/accept", f"{at}/appeals/{made['id']}/deny"
    assert await one.refusal("POST", deny, {"reason": "no"}) == (403, "another_decides")
    done = await two.post(accept, {"reason": "a mistake"}, expect=200)
    assert (done["state"], done["decided_by"]) == ("accepted", two.user["id"])
    await owner.post(accept, expect=200)
    assert await owner.refusal("POST", deny, {}) == (409, "conflict")
    told = await socket.until(op="notice", kind="appeal")
    assert (told["state"], told["reason"], told["workspace"]) == ("accepted", "a mistake", workspace.id)
    (own,) = (await member.get("/users/me/appeals"))["items"]
    assert (own["state"], own["reason"], own["decided_by"]) == ("accepted", "a mistake", None)
    assert (await member.get("/users/me/sanctions"))["items"] == []
    await member.post(f"/invites/{invite['token']}/accept", expect=200)
    kinds = [act["kind"] for act in (await owner.get(f"{at}/audit", subject=member.user["id"]))["items"]]
    assert kinds == ["appeal.accepted", "ban.lifted", "member.banned"]


async def test_a_rejected_message_is_looked_at_again(workspace: Workspace) -> None:
    owner, moderator = workspace.owner, await moderator_in(workspace)
    author, at = await workspace.member(), f"/workspaces/{workspace.id}"
    room = await workspace.room()
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    held = [await author.post(f"/rooms/{room}/messages", {"text": f"text {n}"}, expect=202) for n in (1, 2)]
    early = {"held": held[0]["id"], "text": "Why?"}
    assert await author.refusal("POST", "/users/me/appeals", early) == (409, "conflict")
    for each in held:
        await owner.post(f"/rooms/{room}/held/{each['id']}/reject", {"reason": "no"}, expect=200)
    asked = [await author.post("/users/me/appeals", {"held": each["id"], "text": "Why?"}) for each in held]
    assert [each["message"] for each in await open_appeals(moderator, workspace)] == ["text 1", "text 2"]
    assert await open_appeals(author, workspace) == []
    assert (await author.refusal("POST", f"{at}/appeals/{asked[0]['id']}/accept", {}))[0] == 404
    await moderator.post(f"{at}/appeals/{asked[0]['id']}/accept", expect=200)
    denied = await moderator.post(f"{at}/appeals/{asked[1]['id']}/deny", {"reason": "still no"}, expect=200)
    assert denied["state"] == "denied"
    assert [m["text"] for m in (await author.get(f"/rooms/{room}/messages"))["items"]] == ["text 1"]
    assert await open_appeals(moderator, workspace) == []


async def test_who_decided_decides_again_where_there_is_nobody_else(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    owner, maker, guest = workspace.owner, await workspace.member(), await workspace.member()
    at = f"/workspaces/{workspace.id}"
    room = (await maker.post(f"{at}/rooms", {"name": "den", "kind": "private"}))["id"]
    await maker.put(f"/rooms/{room}/members/{guest.user['id']}", expect=204)
    await maker.put(f"/rooms/{room}/sanctions/{guest.user['id']}/mute", {"reason": "loud"})
    (mine,) = (await guest.get("/users/me/sanctions"))["items"]
    assert (mine["kind"], mine["room"]) == ("mute", room)
    made = await guest.post("/users/me/appeals", {"sanction": mine["id"], "text": "Sorry."})
    assert await open_appeals(owner, workspace) == []  # of a room that they can not read
    accept = f"{at}/appeals/{made['id']}/accept"
    assert (await owner.refusal("POST", accept, {}))[0] == 404
    await maker.post(accept, {"reason": "all right"}, expect=200)
    await guest.post(f"/rooms/{room}/messages", {"text": "thanks"})
    for wrong in ({"text": "x"}, {"sanction": mine["id"], "held": mine["id"], "text": "x"}):
        assert (await guest.refusal("POST", "/users/me/appeals", wrong))[0] == 422
    over = {"sanction": mine["id"], "text": "x"}
    assert (await guest.refusal("POST", "/users/me/appeals", over))[0] == 409
    unknown = {"sanction": str(uuid.uuid4()), "text": "x"}
    assert (await guest.refusal("POST", "/users/me/appeals", unknown))[0] == 404
