"""Fixtures: one archive for all tests, of a workspace on the server that they share."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.clients import Api
from tests.moving.worlds import Json, export, furnish
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


@dataclass(frozen=True)
class Made:
    """An archive with one of everything, and the workspace that it is of."""

    path: Path
    workspace: str
    lines: list[Json]


@pytest_asyncio.fixture(scope="session")
async def made(
    owner_sqlite: Api, shared_sqlite: Talkoot, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Made]:
    path = tmp_path_factory.mktemp("moving") / "made.tar.gz"
    async with await Workspace.make(owner_sqlite) as workspace:
        await furnish(workspace)
        yield Made(path, workspace.id, export(shared_sqlite, workspace.id, path))


@pytest.fixture
def archive(made: Made) -> Path:
    return made.path
