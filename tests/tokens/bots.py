"""Bots for tests: made in a workspace, and a client that comes in as one."""

import uuid

from tests.clients import Api, Json
from tests.workspaces import Workspace

DEPLOY = {"description": "Bring a version out", "usage": "service [version]"}


async def made(workspace: Workspace, role: str = "member") -> Json:
    """A bot of the workspace."""
    body = {"username": f"bot{uuid.uuid4().hex[:8]}", "display_name": "Deploys", "role": role}
    bot: Json = await workspace.owner.post(f"/workspaces/{workspace.id}/bots", body)
    return bot


def tokens(workspace: Workspace, bot: Json) -> str:
    return f"/workspaces/{workspace.id}/bots/{bot['id']}/tokens"


async def program(
    workspace: Workspace, bot: Json, *scopes: str, places: list[str] | None = None
) -> tuple[Json, Api]:
    """A token of the bot, and a client that comes with it."""
    wanted: Json = {"name": "host 1", "scopes": list(scopes or ("read", "write"))}
    if places is not None:
        wanted["places"] = places
    token = await workspace.owner.post(tokens(workspace, bot), wanted)
    return token, Api(workspace.owner.url, token["token"])


async def with_command(workspace: Workspace, room: str) -> tuple[Json, Api]:
    """A bot of the workspace with the command /deploy in this room, and its client."""
    bot = await made(workspace)
    _, api = await program(workspace, bot)
    await api.post(f"/rooms/{room}/join", expect=204)
    await api.put(f"/workspaces/{workspace.id}/bots/{bot['id']}/commands/deploy", DEPLOY)
    return bot, api


async def run(person: Api, room: str, args: str = "web 1.2") -> Json:
    """Let somebody run that command there."""
    wanted = {"command": "deploy", "args": args, "cid": str(uuid.uuid4())}
    done: Json = await person.post(f"/rooms/{room}/commands", wanted)
    return done
