"""What an application may do at the most, who may let it, and what becomes of it without who made it."""

import uuid

from tests.clients import Socket
from tests.tokens.hosts import register
from tests.workspaces import Workspace

TOLD = "Their role is above those that this application may sign in"


async def test_an_application_signs_in_nobody_above_its_highest_role(workspace: Workspace) -> None:
    owner, base = workspace.owner, f"/workspaces/{workspace.id}"
    host = await register(workspace)
    path = f"{base}/applications/{host.made['id']}"
    assert host.made["highest_role"] == "moderator"
    async with await host.come() as person, await host.come(sub="u-2") as other:
        rising = f"{base}/members/{person.user['id']}"
        await owner.put(rising, {"role": "moderator"}, expect=204)
        await (await host.come()).close()
        await owner.put(rising, {"role": "admin"}, expect=204)
        assertion = host.sign()
        status, answer = await host.ask(assertion)
        assert (status, answer["error"], answer["error_description"]) == (400, "invalid_grant", TOLD)
        assert await host.refused(assertion)  # it was used up, and is noted once
        acts = (await owner.get(f"{base}/audit", kind="application.refused"))["items"]
        assert [act["subject"] for act in acts] == [person.user["id"]]
        # Whatever the rank of a role: who administers is above who does not.
        await owner.post(
            f"{base}/roles", {"name": "helper", "permissions": ["workspace.read", "members.manage"]}
        )
        await owner.put(rising, {"role": "helper"}, expect=204)
        assert (await host.ask(host.sign()))[1]["error_description"] == TOLD
        await owner.put(rising, {"role": "admin"}, expect=204)
        async with await Socket.of(other) as socket:
            changed = await owner.patch(path, {"highest_role": "admin"})
            assert changed["highest_role"] == "admin"
            assert (await socket.closed(5))[0] == 4401  # all are looked at again
    for sub in ("u-1", "u-2"):
        await (await host.come(sub=sub)).close()


async def test_who_owns_another_workspace_is_above_it_too(workspace_sqlite: Workspace) -> None:
    host = await register(workspace_sqlite)
    async with await host.come() as person, await Workspace.make(workspace_sqlite.owner) as elsewhere:
        invite = await elsewhere.owner.post(f"/workspaces/{elsewhere.id}/invites", {})
        token = invite["url"].rsplit("/", 1)[-1] if "url" in invite else invite["token"]
        await person.post(f"/invites/{token}/accept", expect=200)
        await (await host.come()).close()
        path = f"/workspaces/{elsewhere.id}/members/{person.user['id']}"
        await elsewhere.owner.put(path, {"role": "admin"}, expect=204)
        assert (await host.ask(host.sign()))[1]["error_description"] == TOLD


async def test_row_24_nobody_rises_by_the_secret_of_an_application(workspace: Workspace) -> None:
    owner, base = workspace.owner, f"/workspaces/{workspace.id}"
    helper, path = await workspace.member(), f"{base}/applications"
    wanted = {"name": "helper", "permissions": ["workspace.read", "access.manage"]}
    await owner.post(f"{base}/roles", wanted)
    await owner.put(f"{base}/members/{helper.user['id']}", {"role": "helper"}, expect=204)
    host = await register(workspace, roles=["admin"])
    assert host.made["highest_role"] == "admin"
    its = f"{path}/{host.made['id']}"
    assert await helper.refusal("POST", f"{its}/secret") == (403, "forbidden")
    assert await helper.refusal("PATCH", its, {"take_over": True}) == (403, "forbidden")
    assert await owner.refusal("PATCH", its, {"highest_role": "member"}) == (422, "invalid")
    assert await owner.refusal("PATCH", its, {"highest_role": "nobody"}) == (422, "invalid")
    own = await helper.post(path, {"name": "Mine", "roles": ["guest"]})
    assert own["highest_role"] == "guest"  # moderators are above who made it
    assert await helper.refusal("PATCH", f"{path}/{own['id']}", {"highest_role": "owner"}) == (
        403,
        "forbidden",
    )
    closed = await workspace.room(kind="private")
    admin = await workspace.member()
    await owner.put(f"{base}/members/{admin.user['id']}", {"role": "admin"}, expect=204)
    opener = await register(workspace, rooms=[closed])
    assert await admin.refusal("POST", f"{path}/{opener.made['id']}/secret") == (403, "forbidden")
    await admin.post(f"{its}/secret", expect=200)


async def test_an_application_outlives_who_made_it_and_can_be_deleted(workspace: Workspace) -> None:
    owner, base = workspace.owner, f"/workspaces/{workspace.id}"
    maker = await workspace.member()
    await owner.put(f"{base}/members/{maker.user['id']}", {"role": "admin"}, expect=204)
    issuer = uuid.uuid4().hex
    made = await maker.post(f"{base}/applications", {"name": "Shop", "issuer": issuer})
    assert (made["owner"]["id"], made["ownerless"]) == (maker.user["id"], False)
    await owner.put(f"{base}/members/{maker.user['id']}", {"role": "member"}, expect=204)
    (seen,) = (await owner.get(f"{base}/applications"))["items"]
    assert (seen["owner"]["id"], seen["ownerless"]) == (maker.user["id"], True)
    path = f"{base}/applications/{made['id']}"
    taken = await owner.patch(path, {"take_over": True})
    assert (taken["owner"]["id"], taken["ownerless"]) == (owner.user["id"], False)
    renewed = await owner.post(f"{path}/secret", expect=200)
    assert await maker.refusal("DELETE", path) == (403, "forbidden")
    host = await register(workspace, issuer=uuid.uuid4().hex)
    host.made, host.key = renewed, type(host.key).import_key(renewed["secret"])
    async with await host.come() as person, await Socket.of(person) as socket:
        await owner.delete(path)
        assert (await socket.closed(5))[0] == 4401
        assert (await person.ask("GET", "/users/me")).status_code == 401
    assert await host.refused(host.sign())
    assert await owner.refusal("DELETE", path) == (404, "not_found")
    members = (await owner.get(f"{base}/members"))["items"]
    assert person.user["id"] in [member["user"]["id"] for member in members]  # accounts stay
    await owner.post(f"{base}/applications", {"name": "Again", "issuer": issuer})  # its name is free
