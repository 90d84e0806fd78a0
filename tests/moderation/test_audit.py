"""The audit log: every administrative act is in it, with the act or not at all, and nothing takes it out."""

import json
import uuid
from typing import Any

import pytest

from tests.clients import Api, Json, join, set_up
from tests.job_rows import put_job, rows
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def acts(reader: Api, workspace: str, **wanted: Any) -> list[Json]:
    """The newest first."""
    found = await reader.get(f"/workspaces/{workspace}/audit", **wanted)
    return list(found["items"])


async def test_every_administrative_act_is_written_down(workspace: Workspace) -> None:
    owner, at = workspace.owner, f"/workspaces/{workspace.id}"
    member = await workspace.member()
    user, room = member.user["id"], await workspace.room()
    invite = await owner.post(f"{at}/invites")
    category = (await owner.post(f"{at}/categories", {"name": "Old"}))["id"]
    start = len(await acts(owner, workspace.id, limit=200))
    entry = {"allow": False, "principal": "user", "principal_id": user, "permissions": ["room.post"]}
    entries = [{k: e[k] for k in entry} for e in (await owner.get(f"/rooms/{room}/acl"))["items"]]
    message = (await member.post(f"/rooms/{room}/messages", {"text": "hush"}))["id"]
    done = [
        ("room.created", None, owner.post(f"{at}/rooms", {"name": "New"})),
        ("room.member_added", user, owner.put(f"/rooms/{room}/members/{user}", expect=204)),
        ("workspace.renamed", workspace.id, owner.patch(at, {"name": "New"})),
        ("member.role_changed", user, owner.put(f"{at}/members/{user}", {"role": "moderator"}, expect=204)),
        ("access.changed", room, owner.put(f"/rooms/{room}/acl", {"items": [*entries, entry]})),
        ("category.changed", category, owner.put(f"/categories/{category}", {"name": "New"})),
        ("invitation.revoked", invite["id"], owner.delete(f"{at}/invites/{invite['id']}")),
        ("message.deleted", message, owner.delete(f"/messages/{message}")),
        ("room.member_removed", user, owner.delete(f"/rooms/{room}/members/{user}")),
        ("room.changed", room, owner.patch(f"/rooms/{room}", {"topic": "New"})),
        ("room.archived", room, owner.delete(f"/rooms/{room}")),
        ("room.restored", room, owner.patch(f"/rooms/{room}", {"archived": False})),
        ("member.removed", user, owner.delete(f"{at}/members/{user}")),
    ]
    for kind, subject, doing in done:
        await doing
        act = (await acts(owner, workspace.id, limit=1))[0]
        assert (act["kind"], act["actor"]) == (kind, owner.user["id"])
        assert subject in {act["subject"], None}
        assert act["address"] == "127.0.0.1"
    found = await acts(owner, workspace.id, limit=200)
    assert len(found) == start + len(done)
    changed = next(act for act in found if act["kind"] == "member.role_changed")
    assert (changed["before"], changed["after"]) == ({"role": "member"}, {"role": "moderator"})
    rules = next(act for act in found if act["kind"] == "access.changed")
    assert (entry in rules["before"]["entries"], entry in rules["after"]["entries"]) == (False, True)
    assert "hush" not in json.dumps(found)


async def test_what_was_refused_is_not_in_it_and_what_one_does_to_oneself_neither(
    workspace: Workspace,
) -> None:
    owner, at = workspace.owner, f"/workspaces/{workspace.id}"
    member = await workspace.member()
    room = await workspace.room()
    before = await acts(owner, workspace.id, limit=200)
    assert await member.refusal("PATCH", at, {"name": "Mine"}) == (403, "forbidden")
    assert await owner.refusal("DELETE", f"{at}/members/{owner.user['id']}") == (409, "conflict")
    await member.post(f"/rooms/{room}/join", expect=204)
    await member.post(f"/rooms/{room}/leave", expect=204)
    await member.delete(f"{at}/members/{member.user['id']}")
    assert await acts(owner, workspace.id, limit=200) == before


async def test_it_is_searched_by_who_whom_what_and_when_and_read_by_who_may(workspace: Workspace) -> None:
    owner, at = workspace.owner, f"/workspaces/{workspace.id}"
    admin, member = await workspace.member("admin"), await workspace.member()
    outsider_of = await Workspace.make(owner)
    outsider = await outsider_of.member()
    await owner.put(f"{at}/members/{admin.user['id']}", {"role": "admin"}, expect=204)
    await admin.put(f"{at}/members/{member.user['id']}", {"role": "moderator"}, expect=204)
    await admin.patch(at, {"name": "One"})
    assert [a["kind"] for a in await acts(admin, workspace.id, actor=admin.user["id"])] == [
        "workspace.renamed",
        "member.role_changed",
    ]
    (about,) = await acts(admin, workspace.id, subject=member.user["id"])
    assert about["after"] == {"role": "moderator"}
    assert [a["subject"] for a in await acts(admin, workspace.id, kind="member.role_changed")] == [
        member.user["id"],
        admin.user["id"],
    ]
    assert about not in await acts(admin, workspace.id, until=about["ts"])
    assert about in await acts(admin, workspace.id, since=about["ts"])
    everything = await acts(owner, workspace.id, limit=200)
    paged: list[Json] = []
    after: dict[str, str] = {}
    while True:
        page = await owner.get(f"{at}/audit", limit=2, **after)
        paged += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert paged == everything
    exported = await owner.ask("GET", f"{at}/audit/export")
    assert exported.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line) for line in exported.text.splitlines()] == everything
    for path in (f"{at}/audit", f"{at}/audit/export"):
        assert await member.refusal("GET", path) == (403, "forbidden")
        assert await outsider.refusal("GET", path) == (404, "not_found")
    assert await acts(owner, outsider_of.id, subject=member.user["id"]) == []
    await outsider_of.__aexit__()


async def test_what_concerns_no_workspace_and_the_command_line(talkoot_sqlite: Talkoot) -> None:
    owner, workspace = await set_up(talkoot_sqlite.url)
    async with owner, await join(owner, workspace["id"], "ada") as ada:
        job = await put_job(talkoot_sqlite, state="dead", attempts=10)
        await owner.delete(f"/jobs/{job}")
        assert talkoot_sqlite.run("user", "deactivate", "ada").returncode == 0
        first, second = (await owner.get("/audit"))["items"]
        assert (first["kind"], first["subject"], first["address"]) == (
            "account.deactivated",
            ada.user["id"],
            "command line",
        )
        assert (second["kind"], second["actor"]) == ("job.dropped", owner.user["id"])
        assert first["actor"] is None
        shown = talkoot_sqlite.run("audit", "--kind", "account.deactivated").stdout
        assert [json.loads(line) for line in shown.splitlines()] == [first]
        assert talkoot_sqlite.run("audit", "--since", "yesterday").returncode == 2


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET kind = 'x'", "DELETE FROM audit_log"])
async def test_the_database_itself_refuses_to_change_it(talkoot: Talkoot, statement: str) -> None:
    owner, workspace = await set_up(talkoot.url)
    async with owner:
        await owner.patch(f"/workspaces/{workspace['id']}", {"name": str(uuid.uuid4())})
        before = await acts(owner, workspace["id"])
        with pytest.raises(Exception, match="only grows"):
            await rows(talkoot, statement)
        assert await acts(owner, workspace["id"]) == before
