"""What every HTTP request meets before a feature sees it, at the real server."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.clients import PATIENCE
from tests.conftest import Serve
from tests.servers.molds import MIGRATED, with_tables
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot

JSON = {"content-type": "application/json"}


async def ask(
    talkoot: Talkoot, path: str, method: str = "GET", headers: dict[str, str] | None = None, **options: object
) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=talkoot.url, timeout=20) as client:
        return await client.request(method, path, headers=headers or {}, **options)  # type: ignore[arg-type]


def problem(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


async def numbers(talkoot: Talkoot) -> dict[str, float]:
    text = (await ask(talkoot, "/metrics")).text
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_alive_and_ready(talkoot: Talkoot) -> None:
    for path, status in (("/healthz", "alive"), ("/readyz", "ready")):
        answer = await ask(talkoot, path)
        assert (answer.status_code, answer.json()) == (200, {"status": status})


async def test_not_ready_without_its_database_but_alive(serve: Serve, own_postgres: Postgres) -> None:
    url = own_postgres.url(own_postgres.create_database(MIGRATED))
    talkoot = serve("sqlite", database_url=url)
    assert (await ask(talkoot, "/readyz")).status_code == 200
    own_postgres.kill()
    assert problem(await ask(talkoot, "/readyz")) == (503, "unavailable")
    assert (await ask(talkoot, "/healthz")).status_code == 200
    assert (await ask(talkoot, "/metrics")).status_code == 200
    own_postgres.start()
    deadline = time.monotonic() + PATIENCE
    while (await ask(talkoot, "/readyz")).status_code != 200:
        assert time.monotonic() < deadline


async def test_metrics_count_by_route_and_never_by_path(talkoot: Talkoot) -> None:
    for number in range(3):
        await ask(talkoot, f"/api/v1/rooms/00000000-0000-7000-8000-00000000000{number}?secret=1")
        await ask(talkoot, f"/no/such/{number}")
    found = await numbers(talkoot)
    assert found["talkoot_http_requests_total GET /api/v1/rooms/{room} 401"] == 3
    assert found["talkoot_http_request_seconds_count GET /api/v1/rooms/{room}"] == 3
    assert not [name for name in found if "secret" in name or "/no/such" in name]
    for name in (
        "talkoot_commits_total",
        "talkoot_actions_total",
        "talkoot_actions_waiting",
        "talkoot_loop_lag_seconds_count",
        "talkoot_connections",
        "talkoot_deliveries_total",
        "talkoot_jobs ready",
        "talkoot_jobs dead",
        "talkoot_log_lines_dropped_total",
        "process_resident_memory_bytes",
    ):
        assert name in found


@pytest.mark.parametrize(
    ("setting", "headers", "status"),
    [
        ("local", {}, 200),
        ("local", {"x-forwarded-for": "127.0.0.1"}, 404),
        ("open", {"x-forwarded-for": "203.0.113.9"}, 200),
        ("off", {}, 404),
    ],
)
async def test_who_may_read_the_metrics(
    serve: Serve, setting: str, headers: dict[str, str], status: int
) -> None:
    talkoot = serve("sqlite", metrics=setting)
    assert (await ask(talkoot, "/metrics", headers=headers)).status_code == status


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talkoot]:
    """One with JSON logs and small bodies that the tests below share; limits of rate are off."""
    folder = tmp_path_factory.mktemp("edge")
    settings = {"log_format": "json", "max_body_bytes": "100000"}
    started = with_tables(Talkoot(folder / "data", **settings)).start()
    yield started
    started.stop()


def lines(talkoot: Talkoot) -> list[dict[str, object]]:
    return [json.loads(line) for line in talkoot.log.splitlines() if line.startswith("{")]


async def line_of(talkoot: Talkoot, request_id: str) -> dict[str, object]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for line in lines(talkoot):
            if line.get("request_id") == request_id:
                return line
        await asyncio.sleep(0.01)
    raise AssertionError(f"no line of {request_id}: {talkoot.log}")


async def test_row_45_each_request_is_logged_without_what_is_private(server: Talkoot) -> None:
    headers = {"authorization": "Bearer this-is-secret-1", "cookie": "talkoot=this-is-secret-2"}
    answer = await ask(server, "/api/v1/users/me?token=this-is-secret-3", headers=headers)
    line = await line_of(server, answer.headers["x-request-id"])
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/users/me", answer.status_code)
    assert isinstance(line["ms"], float)
    assert "this-is-secret" not in server.log


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abcdefgh-1234", True), ("short", False), ("with spaces in it", False), ("x" * 65, False)],
)
async def test_a_harmless_request_id_is_kept(server: Talkoot, given: str, kept: bool) -> None:  # noqa: FBT001
    answer = await ask(server, "/healthz", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", answer.headers["x-request-id"])


async def chunks(number: int, size: int = 10_000) -> AsyncIterator[bytes]:
    for _ in range(number):
        yield b"x" * size


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/setup", "/nowhere"])
async def test_a_body_that_is_announced_too_large(server: Talkoot, path: str) -> None:
    answer = await ask(server, path, "POST", JSON, content=b"x" * 100_001)
    assert problem(answer) == (413, "too_large")


async def test_a_body_that_grows_too_large(server: Talkoot) -> None:
    answer = await ask(server, "/api/v1/setup", "POST", JSON, content=chunks(20))
    assert problem(answer) == (413, "too_large")


async def test_a_body_that_just_fits(server: Talkoot) -> None:
    answer = await ask(server, "/api/v1/setup", "POST", JSON, content=b" " * 100_000)
    assert problem(answer)[0] in {400, 422}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=x"])
async def test_a_form_has_a_smaller_limit(server: Talkoot, kind: str) -> None:
    headers = {"content-type": kind}
    answer = await ask(server, "/api/v1/auth/token", "POST", headers, content=b"a=1&" * 20_000)
    assert problem(answer) == (413, "too_large")
    # What grows may be found wrong before it is found large.
    answer = await ask(server, "/api/v1/auth/token", "POST", headers, content=chunks(8))
    assert problem(answer)[0] in {400, 413}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"a&" * 30_000),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 1200,
        ),
        ("multipart/form-data; boundary=x", b"x" * 60_000),
        ("multipart/form-data", b"--x"),
    ],
)
async def test_row_29_forms_that_cost_time_are_refused_quickly(
    server: Talkoot, kind: str, body: bytes
) -> None:
    before = time.monotonic()
    answer = await ask(server, "/api/v1/auth/token", "POST", {"content-type": kind}, content=body)
    assert problem(answer)[0] in {400, 413, 422}
    assert time.monotonic() - before < 5


async def test_row_52_writes_are_limited_for_each_credential(serve: Serve) -> None:
    talkoot = serve("sqlite", rate_limits="on")
    async with httpx2.AsyncClient(base_url=talkoot.url) as client:
        answer = await client.post("/api/v1/setup", content=b"{", headers=JSON)
        sent = 1
        while answer.status_code != 429 and sent < 1000:
            assert answer.headers["ratelimit-limit"] == "100"
            burst = [client.post("/api/v1/setup", content=b"{", headers=JSON) for _ in range(20)]
            answer = max(await asyncio.gather(*burst), key=lambda one: one.status_code)
            sent += 20
        assert problem(answer) == (429, "rate_limited")
        assert sent > 100
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["ratelimit-remaining"] == "0"
        assert int(answer.headers["ratelimit-reset"]) >= 1
        # Somebody else, from the same address, and whoever only reads.
        other = await client.post("/api/v1/setup", content=b"{", headers=JSON | {"authorization": "Bearer x"})
        assert other.status_code != 429
        assert (await client.get("/api/v1/setup")).headers["ratelimit-limit"] == "300"
        assert "ratelimit-limit" not in (await client.get("/healthz")).headers
