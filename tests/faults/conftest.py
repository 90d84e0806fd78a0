"""A server on a PostgreSQL of its own, which may be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.molds import MIGRATED
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot


@pytest.fixture
def on_own_postgres(own_postgres: Postgres, tmp_path: Path) -> Iterator[Talkoot]:
    url = own_postgres.url(own_postgres.create_database(MIGRATED))
    talkoot = Talkoot(tmp_path / "data", database_url=url)
    yield talkoot.start()
    talkoot.stop()
