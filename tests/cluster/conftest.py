"""Two servers on one PostgreSQL and one Valkey."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Serve, make_talkoot
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


@pytest.fixture(scope="module")
def settings_of_two() -> dict[str, str]:
    """A file may choose others for its `shared_two`."""
    return {}


@pytest.fixture(scope="module")
def shared_two(
    request: pytest.FixtureRequest,
    valkey: Valkey,
    settings_of_two: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Talkoot, Talkoot]]:
    """Two servers that the tests of a file share; do not stop those."""
    folder = tmp_path_factory.mktemp("two")
    common = {"redis_url": valkey.url, "secret_key": SECRET, **settings_of_two}
    first = make_talkoot("postgresql", folder / "first", request, **common)
    url = first.environment["TALKOOT_DATABASE_URL"]
    second = Talkoot(folder / "second", database_url=url, **common)
    for node in (first, second):
        node.launch()
    yield first.wait(), second.wait()
    for node in (first, second):
        node.stop()


@pytest.fixture
def two(two_on: Nodes, valkey: Valkey) -> tuple[Talkoot, Talkoot]:
    """Two servers on the Valkey that tests share."""
    return two_on(valkey)
