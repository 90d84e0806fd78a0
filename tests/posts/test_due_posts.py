"""Posts that are published at a time: once, and only if who wanted that may do so then."""

import time
import uuid

from tests.clients import Api, Json
from tests.job_rows import in_an_hour, rows
from tests.posts.blogs import at, blog, draft, publish
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually
from tests.workspaces import Workspace


async def due(server: Talkoot, owner: Api, *those: Json) -> None:
    """The hour is over for these, whatever the clock says, and whoever does the jobs looks."""
    past = time.time_ns() // 1000 - 1_000_000
    for each in those:
        await rows(server, "UPDATE posts SET publish_at = $1 WHERE id = $2", past, uuid.UUID(each["id"]))
        await rows(server, "UPDATE jobs SET due_at = $1 WHERE payload LIKE $2", past, f"%{each['id']}%")
    other = await draft(owner, those[0]["room"], "look")
    await owner.put(f"{at(other)}/schedule", {"at": in_an_hour()})
    await owner.delete(at(other))


async def decided(person: Api, post: Json) -> Json:
    async def look() -> Json | None:
        found: Json = await person.get(at(post))
        return found if found["publish_at"] is None else None

    found: Json = await eventually(look)
    return found


async def test_it_is_published_once_when_its_time_has_come(
    workspace: Workspace, author: Api, stranger: Api, server: Talkoot
) -> None:
    owner, room = workspace.owner, await blog(workspace, author)
    post, kept = await draft(author, room), await draft(author, room, "Kept")
    when = in_an_hour()
    assert (await stranger.refusal("PUT", f"{at(post)}/schedule", {"at": when}))[0] == 404
    for wrong in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "2030-01-01T00:00:00"):
        assert (await author.refusal("PUT", f"{at(post)}/schedule", {"at": wrong}))[0] == 422, wrong
    empty = await draft(author, room, "Empty", text="")
    assert (await author.refusal("PUT", f"{at(empty)}/schedule", {"at": when}))[0] == 422
    for each in (post, kept):
        waiting = await author.put(f"{at(each)}/schedule", {"at": when})
        assert (waiting["state"], waiting["publish_at"][:19]) == ("draft", when[:19])
    await author.delete(f"{at(kept)}/schedule")
    assert (await author.get(at(kept)))["publish_at"] is None
    await rows(server, "UPDATE jobs SET due_at = 0 WHERE payload LIKE $1", f"%{kept['id']}%")
    socket = await workspace.socket(owner, room)
    await due(server, owner, post)
    told = await socket.event("message.created")
    assert (told["sender"], told["body"]["post"]["id"]) == (author.user["id"], post["id"])
    public = await decided(author, post)
    assert (public["state"], public["refusal"]) == ("published", None)
    assert (await author.get(at(kept)))["state"] == "draft"
    assert await author.refusal("PUT", f"{at(post)}/schedule", {"at": when}) == (409, "published")
    await author.post(f"{at(post)}/unpublish", expect=200)
    await author.put(f"{at(post)}/schedule", {"at": when})
    assert (await publish(author, post))["publish_at"] is None  # nothing waits any more


async def test_row_22_who_may_not_publish_it_then_is_told_why(
    workspace: Workspace, author: Api, server: Talkoot
) -> None:
    owner, me = workspace.owner, author.user["id"]
    room = await blog(workspace, author)
    post = await draft(author, room)
    await author.put(f"{at(post)}/schedule", {"at": in_an_hour()})
    entries = (await owner.get(f"/rooms/{room}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in entries]
    no = {"allow": False, "principal": "user", "principal_id": me, "permissions": ["posts.write"]}
    await owner.put(f"/rooms/{room}/acl", {"items": [no, *kept]})
    socket = await workspace.socket(author, room)
    await due(server, owner, post)
    told = await socket.until(op="notice", kind="post.refused")
    assert (told["post"], told["room"]) == (post["id"], room)
    found = await decided(owner, post)
    assert (found["state"], found["refusal"]) == ("draft", told["reason"])
    assert (await owner.get(f"/rooms/{room}/messages"))["items"] == []
    await owner.put(f"/rooms/{room}/acl", {"items": kept})
    again = await author.put(f"{at(post)}/schedule", {"at": in_an_hour()})
    assert again["refusal"] is None
