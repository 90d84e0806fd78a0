"""Two servers on one PostgreSQL and one Valkey."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Serve
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey

SECRET = "one key for all nodes of a cluster"
Nodes = Callable[[Valkey], tuple[Talkoot, Talkoot]]


@pytest.fixture
def two_on(serve: Serve) -> Nodes:
    """Starts two servers that share a new database and this Valkey."""

    def start(valkey: Valkey) -> tuple[Talkoot, Talkoot]:
        first = serve("postgresql", redis_url=valkey.url, secret_key=SECRET)
        url = first.environment["TALKOOT_DATABASE_URL"]
        return first, serve("postgresql", redis_url=valkey.url, secret_key=SECRET, database_url=url)

    return start


@pytest.fixture
def two(two_on: Nodes, valkey: Valkey) -> tuple[Talkoot, Talkoot]:
    """Two servers on the Valkey that tests share."""
    return two_on(valkey)
