"""What the program does without: each of these packages costs a start tens of ms, and memory for ever."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conftest import Serve
from tests.servers.talkoot import Talkoot

# Python tells each module that it loads.
TELLING = {"PYTHONPROFILEIMPORTTIME": "1"}
LOADED = re.compile(r"^import time: .*\| +(\S+)$", re.MULTILINE)

ONLY_TO_MIGRATE = {"alembic", "mako"}
ONLY_ON_POSTGRESQL = {"asyncpg", "sqlalchemy.dialects.postgresql"}
ONLY_WHEN_ASKED = {
    "talkoot.asyncapi",
    "talkoot.demo",
    "talkoot.cli.checks",
    "talkoot.cli.accounts",
    "talkoot.cli.job_commands",
    "talkoot.moving.exporting",
    "talkoot.realtime.redis_bus",
    "redis",
    "hiredis",
    "httpx2",
    "aiosmtplib",
    "jinja2",
    "talkoot.cli.mailing",
    "OpenSSL",
    "cbor2",
    "pydantic.v1",  # FastAPI loads it when it reads the first signature of a handler
    "uvicorn.protocols.websockets",
    "pyotp",
    "segno",
    "webauthn",
}
NEVER = {"pydantic_settings", "pygments", "rich", "structlog"}
TO_SERVE = {"fastapi", "joserfc", "prometheus_client", "pwdlib", "sqlalchemy", "starlette", "uvicorn"}


def loaded(told: str) -> Iterator[str]:
    """Every module, and the packages it is in."""
    for name in LOADED.findall(told):
        parts = name.split(".")
        yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def test_a_server_on_sqlite_loads_no_more_than_it_needs(serve: Serve) -> None:
    talkoot = serve("sqlite")
    talkoot.environment |= TELLING
    talkoot.restart()
    assert httpx2.get(talkoot.url).status_code == 200
    found = set(loaded(talkoot.log))
    assert found >= TO_SERVE  # so that it is told at all
    assert found & (ONLY_TO_MIGRATE | ONLY_ON_POSTGRESQL | ONLY_WHEN_ASKED | NEVER) == set()
    # What was put off works: the document reads every route and every model.
    paths = httpx2.get(f"{talkoot.url}/api/openapi.json", timeout=60).json()["paths"]
    assert {"/healthz", "/api/v1/auth/token", "/api/v1/rooms/{room}/messages"} <= set(paths)


def test_a_first_start_migrates_nothing(tmp_path: Path) -> None:
    talkoot = Talkoot(tmp_path / "data")
    talkoot.environment |= TELLING
    try:
        talkoot.start()
        assert httpx2.get(talkoot.url).status_code == 200
        found = set(loaded(talkoot.log))
    finally:
        talkoot.stop()
    assert found >= TO_SERVE
    assert found & (ONLY_TO_MIGRATE | ONLY_ON_POSTGRESQL | ONLY_WHEN_ASKED | NEVER) == set()


def test_a_server_on_postgresql_loads_its_driver_and_no_migration(serve: Serve) -> None:
    talkoot = serve("postgresql")
    talkoot.environment |= TELLING
    talkoot.restart()
    found = set(loaded(talkoot.log))
    assert found >= TO_SERVE | ONLY_ON_POSTGRESQL
    assert found & (ONLY_TO_MIGRATE | ONLY_WHEN_ASKED | NEVER) == set()


@pytest.mark.parametrize("command", ["version", "--help", "serve --help", "settings"])
def test_what_only_speaks_loads_nothing_of_the_server(tmp_path: Path, command: str) -> None:
    talkoot = Talkoot(tmp_path / "data")
    talkoot.environment |= TELLING
    ran = talkoot.run(*command.split())
    found = set(loaded(ran.stderr))
    assert ran.returncode == 0
    assert {"talkoot", "typer"} <= found
    assert found & (TO_SERVE | ONLY_TO_MIGRATE | ONLY_ON_POSTGRESQL | ONLY_WHEN_ASKED | NEVER) == set()
