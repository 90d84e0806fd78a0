"""Emoji of a workspace's own: who adds them, what is kept of a picture, and where they can be used."""

import base64
import io

from PIL import Image

from tests.attachments import PLACE, picture
from tests.clients import Api, Json
from tests.workspaces import Workspace


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def moving(frames: int, size: int = 300) -> bytes:
    images, out = [Image.new("RGB", (size, size), (n % 256, 90, 200)) for n in range(frames)], io.BytesIO()
    images[0].save(out, "GIF", save_all=True, append_images=images[1:], duration=50)
    return out.getvalue()


async def add(person: Api, workspace: Workspace, name: str, content: bytes) -> Json:
    body = {"name": name, "picture": encoded(content)}
    made: Json = await person.post(f"/workspaces/{workspace.id}/emoji", body)
    return made


async def names(person: Api, workspace: Workspace) -> list[tuple[str, str | None]]:
    items = (await person.get(f"/workspaces/{workspace.id}/emoji"))["items"]
    return [(each["name"], each["alias_of"]) for each in items]


async def test_an_emoji_is_added_used_and_removed(workspace: Workspace, member: Api, stranger: Api) -> None:
    owner, all_ = workspace.owner, f"/workspaces/{workspace.id}/emoji"
    made = await add(member, workspace, "party", picture())
    assert (made["name"], made["alias_of"], made["picture"], made["animated"], made["by"]) == (
        "party",
        None,
        made["id"],
        False,
        member.user["id"],
    )
    other = await owner.post(all_, {"name": "fest+1", "alias_of": "party"})
    assert other["picture"] == made["id"]
    assert await names(owner, workspace) == [("fest+1", "party"), ("party", None)]
    first = await owner.http.get(all_)
    again = await owner.http.get(all_, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    shown = await owner.http.get(f"{all_}/{made['id']}/picture")
    assert shown.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(shown.content)) as image:
        assert (image.format, max(image.size)) == ("WEBP", 128)
    assert PLACE not in shown.content
    assert await stranger.refusal("GET", all_) == (404, "not_found")
    assert await stranger.refusal("GET", f"{all_}/{made['id']}/picture") == (404, "not_found")
    assert await owner.refusal("POST", all_, {"name": "party", "alias_of": "party"}) == (409, "taken")
    someone = await workspace.member()
    assert await someone.refusal("DELETE", f"{all_}/{made['id']}") == (403, "forbidden")
    await owner.delete(f"{all_}/{made['id']}")  # its other name goes with it
    assert await names(owner, workspace) == []
    assert await owner.refusal("GET", f"{all_}/{made['id']}/picture") == (404, "not_found")
    kinds = [act["kind"] for act in (await owner.get(f"/workspaces/{workspace.id}/audit"))["items"]]
    assert {"emoji.added", "emoji.removed"} <= {*kinds}


async def test_people_react_with_it_and_that_stays_readable(workspace: Workspace, member: Api) -> None:
    owner, room, all_ = workspace.owner, await workspace.room(), f"/workspaces/{workspace.id}/emoji"
    await member.post(f"/rooms/{room}/join", expect=204)
    made = await add(member, workspace, "party", picture())
    await owner.post(all_, {"name": "fest+1", "alias_of": "party"})
    message = (await owner.post(f"/rooms/{room}/messages", {"text": "Hurray :party:"}))["id"]
    at = f"/messages/{message}/reactions"
    await member.put(f"{at}/:party:", expect=204)
    await owner.put(f"{at}/:fest+1:", expect=204)
    (only,) = (await owner.get(f"/messages/{message}"))["reactions"]
    assert (only["emoji"], only["count"]) == (":party:", 2)
    assert await owner.refusal("PUT", f"{at}/:nobody:") == (422, "invalid")
    await member.delete(f"{all_}/{made['id']}")
    assert (await owner.get(f"/messages/{message}"))["reactions"] == [only]
    assert await owner.refusal("PUT", f"{at}/:fest+1:") == (422, "invalid")
    await member.delete(f"{at}/:party:")
    assert (await owner.get(f"/messages/{message}"))["reactions"][0]["count"] == 1


async def test_row_37_only_small_pictures_are_emoji(workspace_sqlite: Workspace) -> None:
    owner, all_ = workspace_sqlite.owner, f"/workspaces/{workspace_sqlite.id}/emoji"
    made = await add(owner, workspace_sqlite, "moves", moving(100))
    assert made["animated"] is True
    content = (await owner.http.get(f"{all_}/{made['id']}/picture")).content
    with Image.open(io.BytesIO(content)) as image:
        assert getattr(image, "n_frames", 1) <= 64
        assert image.size == (128, 128)
    assert len(content) <= 262_144
    for body in (
        {"name": "x", "picture": encoded(b"<svg xmlns='http://www.w3.org/2000/svg'/>")},
        {"name": "x", "picture": encoded(b"\x89PNG\r\n\x1a\n" + bytes(100))},
        {"name": "x", "picture": encoded(moving(600, 8))},
        {"name": "x", "picture": encoded(bytes(600_000))},
        {"name": "x", "picture": "not base64 at all!"},
        {"name": "X", "picture": encoded(picture())},
        {"name": "a b", "picture": encoded(picture())},
        {"name": "../x", "picture": encoded(picture())},
        {"name": "x" * 65, "picture": encoded(picture())},
        {"name": "x"},
        {"name": "x", "alias_of": "unknown"},
        {"name": "x", "alias_of": "moves", "picture": encoded(picture())},
    ):
        assert await owner.refusal("POST", all_, body) == (422, "invalid"), body
    assert await names(owner, workspace_sqlite) == [("moves", None)]
    guest = await workspace_sqlite.member()
    await owner.put(
        f"/workspaces/{workspace_sqlite.id}/members/{guest.user['id']}", {"role": "guest"}, expect=204
    )
    assert await guest.refusal("POST", all_, {"name": "y", "alias_of": "moves"}) == (403, "forbidden")
    assert await names(guest, workspace_sqlite) == [("moves", None)]
