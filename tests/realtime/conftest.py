"""The toy server over each transport: one that tests share, and some of their own with other limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.realtime.toy import Toy

Start = Callable[..., Toy]
ROOMY = {"rate": 0, "user_rate": 0, "hello_rate": 0}


@pytest.fixture(scope="session", params=["own", "asgi"])
def transport(request: pytest.FixtureRequest) -> str:
    """The conformance suite runs over each of these."""
    return str(request.param)


@pytest.fixture(scope="session")
def toy(transport: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toy]:
    """A server that tests share: nothing is limited by rate."""
    server = Toy(transport, tmp_path_factory.mktemp("toy") / "log", **ROOMY)
    yield server
    server.stop()


@pytest.fixture
def start(transport: str, tmp_path: Path) -> Iterator[Start]:
    """Starts servers with limits of the test's own."""
    started: list[Toy] = []

    def begin(**limits: float) -> Toy:
        started.append(Toy(transport, tmp_path / f"log{len(started)}", **limits))
        return started[-1]

    yield begin
    for server in started:
        server.stop()


@pytest.fixture
def topic() -> UUID:
    """A topic of the test's own."""
    return uuid4()
