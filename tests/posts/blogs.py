"""Rooms of posts for tests, and what is written into them."""

from typing import Any

from tests.clients import Api, Json
from tests.workspaces import Workspace

TEXT = "It *rains*."
EVERYBODY_READS = {"allow": True, "principal": "everyone", "permissions": ["room.read"]}


async def blog(workspace: Workspace, *members: Api, public: bool = False) -> str:
    """A room of posts with these members."""
    room = await workspace.room("The Blog", kind="posts")
    for member in members:
        await member.post(f"/rooms/{room}/join", expect=204)
    if public:
        await open_to_all(workspace, room)
    return room


async def open_to_all(workspace: Workspace, room: str, *first: Json) -> None:
    """Everybody reads it, without an account too."""
    there = (await workspace.owner.get(f"/rooms/{room}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    await workspace.owner.put(f"/rooms/{room}/acl", {"items": [*first, EVERYBODY_READS, *kept]})


async def draft(
    author: Api, room: str, title: str = "On rain", text: str = "It *rains*.", **more: Any
) -> Json:
    made: Json = await author.post(f"/rooms/{room}/posts", {"title": title, "text": text, **more})
    return made


async def publish(author: Api, post: Json) -> Json:
    path = f"/rooms/{post['room']}/posts/{post['id']}/publish"
    published: Json = await author.post(path, expect=200)
    return published


async def published(
    author: Api, room: str, title: str = "On rain", text: str = "It *rains*.", **more: Any
) -> Json:
    return await publish(author, await draft(author, room, title, text, **more))


def at(post: Json) -> str:
    return f"/rooms/{post['room']}/posts/{post['id']}"
