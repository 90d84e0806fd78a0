"""Bots for tests: made in a workspace, and a client that comes in as one."""

import uuid

from tests.clients import Api, Json
from tests.workspaces import Workspace


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
