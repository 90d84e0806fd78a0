"""A room full of messages to look for, on both databases."""

from collections.abc import Awaitable, Callable

import pytest

from tests.search.searching import indexed
from tests.workspaces import Workspace

Fill = Callable[..., Awaitable[str]]


@pytest.fixture
def fill(workspace: Workspace) -> Fill:
    """Make a room, send these texts as the owner, and wait until they are indexed."""

    async def make(*texts: str, **room: str) -> str:
        made = await workspace.room(**room)
        for text in texts:
            await workspace.owner.post(f"/rooms/{made}/messages", {"text": text})
        await indexed(workspace.owner, workspace.id, made)
        return made

    return make
