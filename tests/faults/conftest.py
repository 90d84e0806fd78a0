"""A server on a PostgreSQL of its own, which may be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot


@pytest.fixture
def on_own_postgres(own_postgres: Postgres, tmp_path: Path) -> Iterator[Talkoot]:
    talkoot = Talkoot(tmp_path / "data", database_url=own_postgres.url(own_postgres.create_database()))
    migrated = talkoot.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    yield talkoot.start()
    talkoot.stop()
