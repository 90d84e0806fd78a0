"""People around a blog: who writes in it, and a stranger from another workspace on the same server."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.clients import Api
from tests.workspaces import Workspace


@pytest_asyncio.fixture
async def author(workspace: Workspace) -> Api:
    return await workspace.member("author")


@pytest_asyncio.fixture
async def stranger(workspace: Workspace) -> AsyncIterator[Api]:
    async with await Workspace.make(workspace.owner) as elsewhere:
        yield await elsewhere.member("stranger")
