"""Posts: drafts, what publishing makes of them, who may change which, and what is left of one."""

import uuid

from tests.attachments import picture, upload
from tests.clients import Api, Json
from tests.posts.blogs import at, blog, draft, publish, published
from tests.workspaces import Workspace


async def types_in(person: Api, room: str) -> list[str]:
    return [event["type"] for event in (await person.get(f"/rooms/{room}/events"))["events"]]


async def titles(person: Api, room: str, **query: str) -> list[str]:
    return [post["title"] for post in (await person.get(f"/rooms/{room}/posts", **query))["items"]]


async def fetched(person: Api, file: Json) -> None:
    """They get it, once it is prepared."""
    statuses: list[int] = []
    while 200 not in statuses and len(statuses) < 3:  # the server waits 20 s for a picture
        statuses.append((await person.http.get(f"/files/{file['id']}")).status_code)
    assert statuses[-1] == 200, statuses


async def snapshot(person: Api, room: str) -> list[Json]:
    items: list[Json] = (await person.get(f"/rooms/{room}/messages"))["items"]
    return items


async def test_an_excerpt_is_of_words(workspace_sqlite: Workspace) -> None:
    author = await workspace_sqlite.member()
    room = await blog(workspace_sqlite, author)
    for text, excerpt in (
        (
            "## Wet\n\n| day | mm |\n|---|--:|\n| *today* | 3 |\n\n---\nSoon ||the butler||",
            "Wet day mm today 3 Soon",
        ),
        (f"Soon ||{'the butler ' * 150}did it||", "Soon"),
    ):
        assert (await draft(author, room, text=text))["excerpt"] == f"{excerpt} (spoiler)"


async def test_a_draft_is_known_to_its_author_and_to_editors_alone(
    workspace: Workspace, author: Api, stranger: Api
) -> None:
    other = await workspace.member()
    room = await blog(workspace, author, other)
    before = await types_in(author, room)
    made = await draft(author, room, tags=["Rain", "rain", "Wind"])
    assert (made["state"], made["message"], made["tags"]) == ("draft", None, ["Rain", "Wind"])
    assert (made["slug"], made["excerpt"], made["own_excerpt"]) == ("on-rain", "It rains.", "")
    assert await types_in(author, room) == before
    for person in (author, workspace.owner):  # whoever makes a room of posts edits all of them
        assert (await person.get(at(made)))["may_edit"] is True
        assert await titles(person, room, state="draft") == ["On rain"]
    assert await titles(other, room, state="draft") == []
    for person in (other, stranger):
        for method, path, body in (
            ("GET", at(made), None),
            ("PATCH", at(made), {"title": "Mine"}),
            ("POST", f"{at(made)}/publish", {}),
            ("GET", f"{at(made)}/versions", None),
            ("DELETE", at(made), None),
        ):
            assert (await person.refusal(method, path, body))[0] == 404, path
    assert (await stranger.refusal("GET", f"/rooms/{room}/posts"))[0] == 404
    await author.patch(at(made), {"title": "On snow"})
    assert (await author.get(at(made)))["slug"] == "on-snow"  # nobody knows the one before
    await author.delete(at(made))
    assert (await author.refusal("GET", at(made)))[0] == 404


async def test_what_is_published_is_a_message_that_opens_a_thread(workspace: Workspace, author: Api) -> None:
    reader = await workspace.member()
    room = await blog(workspace, author, reader)
    socket = await workspace.socket(reader, room)
    post = await published(author, room, tags=["Rain"], excerpt="About water.")
    told = await socket.event("message.created")
    assert (told["sender"], told["id"], told["body"]["text"]) == (
        author.user["id"],
        post["message"],
        "It *rains*.",
    )
    shown = told["body"]["post"]
    assert (shown["title"], shown["slug"], shown["excerpt"]) == ("On rain", "on-rain", "About water.")
    assert (shown["id"], shown["tags"], shown["state"]) == (post["id"], ["Rain"], "published")
    for _ in range(2):  # read, and then remembered
        (message,) = await snapshot(reader, room)
        assert message["post"] == shown
    again = await publish(author, post)
    assert again["published_at"] == post["published_at"]
    comment = {"text": "So it does", "thread": post["message"]}
    await reader.post(f"/rooms/{room}/messages", comment)
    seen = await reader.get(at(post))
    assert (seen["comments"], seen["comments_open"], seen["may_edit"]) == (1, True, False)
    assert seen["path"].endswith("/on-rain")
    unread = {each["room"]: each["unread"] for each in (await reader.get("/unreads"))["items"]}
    assert unread[room] == 1


async def test_a_message_with_a_title_is_a_post_and_sent_once(workspace: Workspace, author: Api) -> None:
    room, chat = await blog(workspace, author), await workspace.room()
    await author.post(f"/rooms/{chat}/join", expect=204)
    body: Json = {"text": "Here we are.", "title": "Beginning", "cid": str(uuid.uuid4())}
    sent = await author.post(f"/rooms/{room}/messages", body)
    assert (sent["post"]["title"], sent["post"]["slug"]) == ("Beginning", "beginning")
    again = await author.call("POST", f"/rooms/{room}/messages", body)
    assert again["id"] == sent["id"]
    other = await author.refusal("POST", f"/rooms/{room}/messages", body | {"title": "Another"})
    assert other == (409, "conflict")
    assert (await author.get(f"/rooms/{room}/posts/{sent['post']['id']}"))["message"] == sent["id"]
    assert (await author.refusal("POST", f"/rooms/{room}/messages", {"text": "no title"}))[0] == 422
    assert (await author.refusal("POST", f"/rooms/{chat}/messages", {"text": "x", "title": "y"}))[0] == 422
    assert (await author.refusal("POST", f"/rooms/{chat}/posts", {"title": "y"}))[0] == 422
    socket = await workspace.socket(author, room)
    assert (await socket.send(room, "no title"))["op"] == "nack"
    edit = await author.refusal("PATCH", f"/messages/{sent['id']}", {"text": "otherwise"})
    assert edit == (409, "is_post")


async def test_what_followed_is_what_is_read_anew(workspace: Workspace, author: Api) -> None:
    room = await blog(workspace, author)
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "Hello", "title": "First"})
    post = await published(author, room)
    assert len(await snapshot(author, room)) == 2  # it is remembered from here on
    socket = await workspace.socket(author, room)
    await author.patch(at(post), {"text": "It snows.", "title": "On snow", "slug": "snow"})
    told = (await socket.event("message.updated"))["body"]
    assert (told["text"], told["post"]["title"], told["post"]["slug"]) == ("It snows.", "On snow", "snow")
    message = (await snapshot(author, room))[-1]
    assert (message["text"], message["post"], message["edited_at"]) == (
        "It snows.",
        told["post"],
        told["edited_at"],
    )
    hidden = await author.post(f"{at(post)}/unpublish", expect=200)
    assert hidden["state"] == "unpublished"
    told = (await socket.event("message.updated"))["body"]
    message = (await snapshot(author, room))[-1]
    assert (message["text"], message["post"], message["deleted"]) == ("", told["post"], False)
    assert (told["text"], told["post"]["title"], told["post"]["state"]) == ("", "", "unpublished")
    back = await publish(author, post)
    assert (back["message"], back["published_at"]) == (post["message"], post["published_at"])
    message = (await snapshot(author, room))[-1]
    assert (message["text"], message["post"]["title"]) == ("It snows.", "On snow")
    assert message == await author.get(f"/messages/{post['message']}")


async def test_what_was_taken_back_is_nowhere_until_it_is_published_again(
    workspace: Workspace, author: Api
) -> None:
    reader = await workspace.member()
    room = await blog(workspace, author, reader)
    post = await published(author, room, "On rain", "umbrella")
    await author.patch(at(post), {"text": "umbrellas, all"})
    await reader.post(f"/rooms/{room}/messages", {"text": "Mine leaks", "thread": post["message"]})
    await author.post(f"{at(post)}/unpublish", expect=200)
    for path in ("messages", "events", "posts"):
        assert "umbrella" not in (await reader.ask("GET", f"/rooms/{room}/{path}")).text
    assert "umbrella" not in (await reader.ask("GET", f"/messages/{post['message']}/edits")).text
    assert (await reader.refusal("GET", at(post)))[0] == 404
    assert await titles(author, room, state="unpublished") == ["On rain"]
    await publish(author, post)
    assert (await reader.get(at(post)))["comments"] == 1
    versions = (await author.get(f"{at(post)}/versions"))["items"]
    assert [each["text"] for each in versions] == ["umbrella", "umbrellas, all", "umbrellas, all"]
    assert (await reader.refusal("GET", f"{at(post)}/versions"))[0] == 403


async def test_authors_change_their_own_and_editors_all(workspace: Workspace, author: Api) -> None:
    editor, other = await workspace.member("editor"), await workspace.member()
    room = await blog(workspace, author, editor, other)
    post = await published(author, room)
    role = f"/workspaces/{workspace.id}/members/{editor.user['id']}"
    await workspace.owner.put(role, {"role": "moderator"}, expect=204)
    for method, path, body in (
        ("PATCH", at(post), {"title": "Mine"}),
        ("POST", f"{at(post)}/unpublish", {}),
        ("POST", f"{at(post)}/publish", {}),
        ("DELETE", at(post), None),
    ):
        assert await other.refusal(method, path, body) == (403, "forbidden"), path
    changed = await editor.patch(at(post), {"title": "On Rain"})
    assert (changed["title"], changed["author"]["id"], changed["slug"]) == (
        "On Rain",
        author.user["id"],
        "on-rain",
    )
    assert [e["by"]["id"] for e in (await editor.get(f"{at(post)}/versions"))["items"]] == [
        author.user["id"],
        editor.user["id"],
    ]
    await workspace.owner.put(f"/rooms/{room}/sanctions/{author.user['id']}/mute", {})
    assert (await author.refusal("PATCH", at(post), {"title": "Again"}))[0] == 403
    assert (await author.refusal("POST", f"/rooms/{room}/posts", {"title": "x"}))[0] == 403
    await editor.delete(at(post))
    (left,) = await snapshot(other, room)
    assert (left["deleted"], left["post"], left["text"]) == (True, None, "")
    assert (await author.refusal("GET", at(post)))[0] == 404


async def test_who_may_only_answer_writes_no_posts(workspace: Workspace, author: Api) -> None:
    room = await blog(workspace, author)
    there = (await workspace.owner.get(f"/rooms/{room}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    deny = {"allow": False, "principal": "authenticated", "permissions": ["posts.write"]}
    await workspace.owner.put(f"/rooms/{room}/acl", {"items": [kept[0], deny, *kept[1:]]})
    post = await published(workspace.owner, room)
    for path, body in (("posts", {"title": "x"}), ("messages", {"title": "x", "text": "x"})):
        assert (await author.refusal("POST", f"/rooms/{room}/{path}", body))[0] == 403
    await author.post(f"/rooms/{room}/messages", {"text": "Good", "thread": post["message"]})


async def test_comments_are_closed_and_opened_and_looked_at_first(workspace: Workspace, author: Api) -> None:
    reader = await workspace.member()
    room = await blog(workspace, author, reader)
    unborn = await draft(author, room)
    assert await author.refusal("PATCH", at(unborn), {"comments_open": False}) == (409, "not_published")
    post = await publish(author, unborn)
    comment = {"text": "First!", "thread": post["message"]}
    closed = await author.patch(at(post), {"comments_open": False})
    assert closed["comments_open"] is False
    refused = await reader.refusal("POST", f"/rooms/{room}/messages", comment)
    assert refused == (403, "thread_closed")
    await author.patch(at(post), {"comments_open": True})
    await workspace.owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    held = await reader.call("POST", f"/rooms/{room}/messages", comment, expect=202)
    assert (await reader.get(at(post)))["comments"] == 0
    assert (await published(author, room, "More"))["state"] == "published"  # rules are about answers
    await workspace.owner.post(f"/rooms/{room}/held/{held['id']}/approve", expect=200)
    assert (await reader.get(at(post)))["comments"] == 1


async def test_names_are_made_of_titles_in_any_script(workspace: Workspace, author: Api) -> None:
    room = await blog(workspace, author)
    wanted = {
        "Ärger & Mühe": "ärger-mühe",
        "日本語の題": "日本語の題",
        "हिन्दी में": "हिन्दी-में",
        "???": "post",
        "  A   B  ": "a-b",
    }
    for title, slug in wanted.items():
        assert (await draft(author, room, title))["slug"] == slug
    assert [(await draft(author, room, "Twice"))["slug"] for _ in range(3)] == ["twice", "twice-2", "twice-3"]
    long = [(await draft(author, room, "x" * 100))["slug"] for _ in range(2)]
    assert long == ["x" * 80, "x" * 78 + "-2"]
    taken = await author.refusal("POST", f"/rooms/{room}/posts", {"title": "New", "slug": "Twice"})
    assert taken == (409, "slug_taken")
    post = await published(author, room, "Moved")
    await author.patch(at(post), {"slug": "elsewhere"})
    other = await draft(author, room, "Moved")
    assert other["slug"] == "moved-2"  # the old name leads to where it moved
    assert (await author.patch(at(post), {"slug": "moved"}))["slug"] == "moved"


async def test_the_name_of_a_room_does_not_tell_that_there_is_another_one(
    workspace: Workspace, author: Api
) -> None:
    async with await Workspace.make(workspace.owner) as elsewhere:
        for where in (workspace, elsewhere):
            body = {"name": "Lay-offs", "kind": "posts"}
            room = (await workspace.owner.post(f"/workspaces/{where.id}/rooms", body))["id"]
            path = (await draft(workspace.owner, room))["path"]
            assert path == f"/blog/lay-offs-{room[-8:]}/on-rain"  # as if it were the first of this name


async def test_posts_are_listed_by_tag_and_author_in_pages(workspace: Workspace, author: Api) -> None:
    owner, room = workspace.owner, await blog(workspace, author)
    for number in range(3):
        await published(author, room, f"Rain {number}", tags=["Rain", "Water"])
    await published(owner, room, "Wind", tags=["wind"])
    assert await titles(author, room, tag="rain") == ["Rain 2", "Rain 1", "Rain 0"]
    assert await titles(author, room, author=owner.user["id"]) == ["Wind"]
    page = await author.get(f"/rooms/{room}/posts", limit=3)
    rest = await author.get(f"/rooms/{room}/posts", limit=3, before=page["next"])
    assert [post["title"] for post in page["items"] + rest["items"]] == ["Wind", "Rain 2", "Rain 1", "Rain 0"]
    assert rest["next"] is None
    assert (await author.refusal("GET", f"/rooms/{room}/posts", before="1.x"))[0] == 422


async def test_a_cover_is_seen_by_others_while_the_post_is(workspace: Workspace, author: Api) -> None:
    reader = await workspace.member()
    room = await blog(workspace, author, reader)
    cover = await upload(author, room, picture(), "rain.png")
    post = await draft(author, room, cover=cover["id"])
    assert (await reader.refusal("GET", f"/files/{cover['id']}"))[0] == 404
    post = await publish(author, post)
    await fetched(reader, cover)
    (message,) = await snapshot(reader, room)
    assert [each["id"] for each in message["attachments"]] == [post["cover"]] == [cover["id"]]
    await author.post(f"{at(post)}/unpublish", expect=200)
    assert (await reader.refusal("GET", f"/files/{cover['id']}"))[0] == 404
    await publish(author, post)
    other = await upload(author, room, picture(), "wind.png")
    assert (await author.patch(at(post), {"cover": other["id"]}))["cover"] == other["id"]
    assert (await reader.refusal("GET", f"/files/{cover['id']}"))[0] == 404
    await fetched(reader, other)
    (message,) = await snapshot(reader, room)
    assert [each["id"] for each in message["attachments"]] == [other["id"]]
    notes = await upload(author, room)
    assert (await author.refusal("PATCH", at(post), {"cover": notes["id"]}))[0] == 422
    assert (await reader.refusal("POST", f"/rooms/{room}/posts", {"title": "x", "cover": notes["id"]}))[
        0
    ] == 422
