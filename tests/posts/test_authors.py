"""Posts that several people write: who may change and see what, who is told, and how it is shown."""

import xml.etree.ElementTree as ET

from tests.clients import Api
from tests.posts.blogs import at, blog, draft, publish
from tests.posts.test_pages import ATOM, blog_of, page
from tests.waiting import eventually
from tests.workspaces import Workspace


async def deny(workspace: Workspace, room: str, person: Api, permission: str) -> None:
    there = (await workspace.owner.get(f"/rooms/{room}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    denied = {"allow": False, "principal": "user", "principal_id": person.user["id"]}
    items = [{**denied, "permissions": [permission]}, *kept]
    await workspace.owner.put(f"/rooms/{room}/acl", {"items": items})


async def test_each_author_changes_what_they_write_together(
    workspace: Workspace, author: Api, stranger: Api
) -> None:
    other, third = await workspace.member("other"), await workspace.member("third")
    room = await blog(workspace, author, other, third)
    for body in (
        {"co_authors": [stranger.user["id"]]},
        {"co_authors": [room]},
    ):  # no difference between these
        refused = await author.call("POST", f"/rooms/{room}/posts", {"title": "x", **body}, expect=422)
        assert refused["errors"][0]["field"] == "co_authors"
    made = await draft(author, room, co_authors=[other.user["id"], author.user["id"], other.user["id"]])
    assert made["author"]["id"] == author.user["id"]
    assert [each["id"] for each in made["co_authors"]] == [other.user["id"]]
    listed = await other.get(f"/rooms/{room}/posts", state="draft", author=other.user["id"])
    assert [(each["id"], each["may_edit"]) for each in listed["items"]] == [(made["id"], True)]
    for path in (at(made), f"{at(made)}/versions"):
        assert (await third.refusal("GET", path))[0] == 404
    assert (await third.get(f"/rooms/{room}/posts", state="draft"))["items"] == []
    socket = await workspace.socket(third, room)
    await other.patch(at(made), {"text": "It pours."})
    published = await publish(other, made)
    told = await socket.event("message.created")
    assert (told["sender"], told["body"]["post"]["co_authors"]) == (author.user["id"], [other.user["id"]])
    assert (published["author"]["id"], published["text"]) == (author.user["id"], "It pours.")
    assert (await third.get(at(made)))["may_edit"] is False
    assert (await other.refusal("DELETE", at(made)))[0] == 403
    assert (await third.refusal("PATCH", at(made), {"co_authors": [third.user["id"]]}))[0] == 403
    await other.patch(at(made), {"co_authors": []})
    changed = await socket.event("message.updated")
    assert changed["body"]["post"]["co_authors"] == []
    (message,) = (await third.get(f"/rooms/{room}/messages"))["items"]
    assert message["post"] == changed["body"]["post"]
    assert (await other.refusal("PATCH", at(made), {"text": "Mine"}))[0] == 403


async def test_co_authors_are_told_of_comments(workspace: Workspace, author: Api, stranger: Api) -> None:
    other, reader = await workspace.member("other"), await workspace.member("reader")
    room = await blog(workspace, author, other, reader)
    post = await publish(author, await draft(author, room, co_authors=[other.user["id"]]))
    late = await publish(author, await draft(author, room, "On snow"))
    await author.patch(at(late), {"co_authors": [other.user["id"]]})
    sockets = [await workspace.socket(person) for person in (author, other)]
    for root in (post["message"], late["message"]):
        await reader.post(f"/rooms/{room}/messages", {"text": "So it does", "thread": root})
        for socket in sockets:
            told = await socket.until(op="notice", kind="notified")
            assert (told["thread"], told["why"], told["by"]) == (root, "reply", reader.user["id"])
    assert (await reader.get("/notifications"))["items"] == []
    assert (await stranger.get("/notifications"))["items"] == []


async def test_who_is_named_is_told(workspace: Workspace, author: Api) -> None:
    other, reader = await workspace.member("other"), await workspace.member("reader")
    room = await blog(workspace, author, other, reader)
    sockets = {who: await workspace.socket(who) for who in (other, author, reader)}
    made = await draft(author, room, co_authors=[other.user["id"]])
    notice = await sockets[other].until(op="notice")
    assert (notice["kind"], notice["post"], notice["room"]) == ("post.named", made["id"], room)
    assert notice["by"] == author.user["id"]
    await author.patch(at(made), {"co_authors": [other.user["id"]]})  # named already
    post = await publish(author, made)
    notice = await sockets[other].until(op="notice", kind="notified")
    assert (notice["message"], notice["why"]) == (post["message"], "author")
    (item,) = (await other.get("/notifications"))["items"]
    assert (item["kind"], item["message"]["id"]) == ("author", post["message"])
    late = await publish(author, await draft(author, room, "On snow"))
    seq = (await other.get(f"/messages/{late['message']}"))["seq"]
    await other.put(f"/rooms/{room}/read", {"seq": seq})
    await author.patch(at(late), {"co_authors": [other.user["id"]]})
    notice = await sockets[other].until(op="notice", kind="notified")
    assert (notice["message"], notice["why"]) == (late["message"], "author")
    own = await draft(author, room, "On ice", co_authors=[other.user["id"]])
    await publish(other, own)  # who publishes it knows
    twice = ["post.named", "notified"] * 2
    for who, expected in ((other, [*twice, "post.named"]), (author, []), (reader, [])):
        told = [frame.get("kind") for frame in await sockets[who].settled()]
        assert [kind for kind in told if kind in {"post.named", "notified"}] == expected


async def test_who_was_named_takes_their_name_off(workspace: Workspace, author: Api, stranger: Api) -> None:
    other, reader = await workspace.member("other"), await workspace.member("reader")
    room, mine = await blog(workspace, author, other, reader), other.user["id"]
    post = await publish(author, await draft(author, room, co_authors=[mine]))
    waiting = await draft(author, room, "On snow", co_authors=[mine])
    path, here = f"{at(post)}/co-authors/me", await workspace.socket(reader, room)
    for who in (author, reader, stranger):  # its first author, a reader, and somebody from elsewhere
        assert (await who.refusal("DELETE", path))[0] == 404
    await deny(workspace, room, other, "posts.write")
    assert (await other.refusal("PATCH", at(post), {"co_authors": []}))[0] == 403
    await other.delete(path)
    changed = await here.event("message.updated")
    assert (changed["sender"], changed["body"]["post"]["co_authors"]) == (mine, [])
    (message,) = (await reader.get(f"/rooms/{room}/messages"))["items"]
    assert (message["post"], message["text"]) == (changed["body"]["post"], post["text"])
    assert (await reader.get(at(post)))["co_authors"] == []
    assert (await other.refusal("DELETE", path))[0] == 404
    await other.delete(f"{at(waiting)}/co-authors/me")
    assert (await author.get(at(waiting)))["co_authors"] == []
    assert (await other.refusal("GET", at(waiting)))[0] == 404
    socket, listening = await workspace.socket(author), await workspace.socket(other)
    await reader.post(f"/rooms/{room}/messages", {"text": "So it does", "thread": post["message"]})
    assert (await socket.until(op="notice", kind="notified"))["why"] == "reply"
    assert not [frame for frame in await listening.settled() if frame.get("kind") == "notified"]


async def test_who_takes_their_name_off_leaves_whom_the_post_mentions(workspace_sqlite: Workspace) -> None:
    workspace, owner = workspace_sqlite, workspace_sqlite.owner
    other = await workspace.member("other")
    room = await blog(workspace, other)
    text = f"It rains, @{owner.user['username']} and @room"
    post = await publish(owner, await draft(owner, room, text=text, co_authors=[other.user["id"]]))
    before = await owner.get(f"/messages/{post['message']}")
    assert len(before["mentions"]) == 2
    await deny(workspace, room, other, "room.mention")
    await other.delete(f"{at(post)}/co-authors/me")
    after = await owner.get(f"/messages/{post['message']}")
    assert (after["mentions"], after["text"]) == (before["mentions"], text)


async def test_pages_and_feeds_name_all_authors(workspace_sqlite: Workspace) -> None:
    other = await workspace_sqlite.member("other")
    owner, room = workspace_sqlite.owner, await blog(workspace_sqlite, public=True)
    await other.post(f"/rooms/{room}/join", expect=204)
    await other.patch("/users/me", {"display_name": "The <other>"})
    post = await publish(owner, await draft(owner, room, co_authors=[other.user["id"]]))
    async with Api(owner.url) as nobody:
        shown = (await page(nobody, post["path"])).text
        theirs = f"{blog_of(post)}/author/{other.user['username']}"
        for part in (
            '<meta name="author" content="The &lt;other&gt;" />',
            f'<meta property="article:author" content="{owner.url}{theirs}" />',
            f'and <a rel="author" href="{theirs}">The &lt;other&gt;</a>',
        ):
            assert part in shown, part
        for path in (blog_of(post), theirs):
            assert f'<a href="{theirs}">The &lt;other&gt;</a>' in (await page(nobody, path)).text, path
        feed = ET.fromstring((await page(nobody, f"{blog_of(post)}/feed.xml")).content)  # noqa: S314 - it is ours
        names = [name.text for name in feed.iter(f"{ATOM}name")]
        assert names == [owner.user["display_name"], "The <other>"]


async def test_what_two_wrote_outlives_the_account_of_one(workspace: Workspace, author: Api) -> None:
    other = await workspace.member("other")
    room = await blog(workspace, author, other)
    together = await draft(author, room, co_authors=[other.user["id"]])
    alone = await draft(author, room, "On snow")
    theirs = await publish(other, await draft(other, room, "On ice", co_authors=[author.user["id"]]))
    await author.post("/users/me/deletion", {"at_once": True}, expect=202)

    async def is_alone() -> bool:
        return not (await other.get(at(theirs)))["co_authors"]

    await eventually(is_alone)
    found = await other.get(at(together))
    assert (found["author"]["id"], found["co_authors"]) == (other.user["id"], [])
    assert (await workspace.owner.refusal("GET", at(alone)))[0] == 404
