"""Keys that applications publish at an address of theirs: changed, away, wrong, or somewhere else."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import pytest_asyncio
from joserfc.jwk import ECKey

from tests.clients import PATIENCE, set_up
from tests.conftest import make_talkoot
from tests.tokens.hosts import Host, register
from tests.workspaces import Workspace

JWKS = "application/jwk-set+json"


class Publisher:
    """Publishes what it is told to, and counts who asked."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, {"content-type": JWKS}, b""
        self.asked = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/keys"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def publish(self, *keys: ECKey) -> None:
        self.answer(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode())

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.status, self.body = status, body
        self.headers = {"content-type": JWKS} | {name.replace("_", "-"): v for name, v in headers.items()}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked += 1
                self.send_response(publisher.status)
                for name, value in publisher.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(publisher.body)))
                self.end_headers()
                with suppress(ConnectionError):  # it was too much
                    self.wfile.write(publisher.body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def a_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()
    yield made
    made.close()


@pytest_asyncio.fixture(scope="module")
async def reaching(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Workspace]:
    """A workspace of a server that may reach this machine."""
    folder = tmp_path_factory.mktemp("keys")
    talkoot = make_talkoot("sqlite", folder / "data", request, outgoing_networks="127.0.0.0/8").start()
    owner, made = await set_up(talkoot.url)
    async with owner, Workspace(owner, made) as workspace:
        yield workspace
    talkoot.stop()


async def of(workspace: Workspace, publisher: Publisher, key: ECKey) -> Host:
    """An application of its own, which signs with this key."""
    return await register(workspace, key, algorithm="ES256", keys_url=publisher.url)


async def comes(host: Host) -> int:
    """With what an assertion is answered that names its key."""
    status, _ = await host.ask(host.sign({"kid": host.key.kid}))
    return status


async def test_row_09_keys_are_changed_while_they_are_used(reaching: Workspace, publisher: Publisher) -> None:
    first, second, stranger = a_key("1"), a_key("2"), a_key("2")
    publisher.publish(first)
    host = await of(reaching, publisher, first)
    assert publisher.asked == 0
    for _ in range(3):
        assert await comes(host) == 200
    assert publisher.asked == 1
    publisher.publish(first, second)
    host.key = second
    assert await comes(host) == 200  # a key that is not known yet is looked for at once
    assert publisher.asked == 2
    host.key = first
    assert await comes(host) == 200
    host.key = stranger
    assert await comes(host) == 400
    for number in range(5):  # but whoever invents keys does not make the server ask each time
        host.key = a_key(f"unknown {number}")
        assert await comes(host) == 400
    assert publisher.asked <= 3


async def test_row_38_what_is_not_published_well_lets_nobody_in(
    reaching: Workspace, publisher: Publisher
) -> None:
    key, elsewhere = a_key("1"), Publisher()
    elsewhere.publish(key)
    good = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    for wrong, answer in {
        "type": (good, 200, {"content_type": "text/html"}),
        "size": (good + b" " * 1_100_000, 200, {}),
        "form": (b'{"keys": 7}', 200, {}),
        "status": (good, 500, {}),
        "redirect elsewhere": (b"", 302, {"location": elsewhere.url}),
        "redirect to a private network": (b"", 307, {"location": "http://169.254.169.254/latest"}),
    }.items():
        body, status, headers = answer
        publisher.answer(body, status, **headers)
        host = await of(reaching, publisher, key)
        told = await host.ask(host.sign({"kid": "1"}))
        assert (told[0], told[1]["code"]) == (503, "provider_away"), wrong
    assert elsewhere.asked == 0
    elsewhere.close()


async def test_keys_that_are_away_are_found_again(reaching: Workspace) -> None:
    key, publisher = a_key("1"), Publisher()
    publisher.publish(key)
    publisher.close()
    host = await of(reaching, publisher, key)
    assert await comes(host) == 503
    back = Publisher()
    back.publish(key)
    host = await of(reaching, back, key)
    back.status = 500
    assert await comes(host) == 503
    back.status = 200
    async with asyncio.timeout(PATIENCE):
        while (status := await comes(host)) != 200:
            assert status == 503
    back.close()
    assert await comes(host) == 200  # what was read a moment ago is known


async def test_row_38_keys_in_a_private_network_are_not_asked_for(
    workspace_sqlite: Workspace, publisher: Publisher
) -> None:
    key = a_key("1")
    publisher.publish(key)
    host = await of(workspace_sqlite, publisher, key)
    assert await comes(host) == 503
    assert publisher.asked == 0
