"""Fixtures: the server behind a workspace that tests share, to look into its tables."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.clients import PATIENCE
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


@pytest.fixture
def server(request: pytest.FixtureRequest, workspace: Workspace) -> Talkoot:
    """Where the workspace is."""
    del workspace
    database = request.node.callspec.params["shared_owner"]
    found: Talkoot = request.getfixturevalue(f"shared_{database}")
    return found


async def eventually(look: Callable[[], Awaitable[Any]], patience: float = PATIENCE) -> Any:
    """What is found once it is something, for jobs are done a moment later."""
    end = time.monotonic() + patience
    while not (found := await look()):
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.05)
    return found
