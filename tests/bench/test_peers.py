"""The servers side by side: what is counted is right, at a tiny size; no timings, nothing is installed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bench.member import Shared
from bench.peers.cache import HERE
from bench.peers.cases import Step, entering, hundred, many_rooms, pages
from bench.peers.cli import keep
from bench.peers.measuring import Run
from bench.peers.services import HOST, free_port, running
from bench.peers.sites import ARCHIVED, Site
from bench.peers.table import PEERS, REFERENCE, STEPS
from bench.peers.websockets import SocketIoGuest, WebSocketGuest
from bench.peers.xmpp import XmppGuest
from bench.rest import request_bytes
from bench.world import TINY, Bench, World
from tests.servers.valkey import Valkey

SIZES = replace(TINY, people=8, fanouts=(4, 8), rooms=2, senders=(1,))


@pytest.fixture(scope="module")
def fastapi(valkey: Valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, source, port = tmp_path_factory.mktemp("fastapi"), HERE / "fastapi_chat", free_port()
    found = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/chat.db", "REDIS_URL": valkey.url}
    seed: list[str | Path] = [sys.executable, source / "seed.py", "archive", "60"]
    subprocess.run(seed, env={**os.environ, **found}, check=True)
    command: list[str | Path] = [sys.executable, "-m", "uvicorn", "main:app", "--app-dir", source]
    with ExitStack() as stack:
        stack.enter_context(running("app", [*command, "--port", str(port)], folder, port, found))
        yield Site(
            port,
            os.getpid(),
            WebSocketGuest,
            in_flight=2,
            names=[f"person{n}" for n in range(8)],
            wide={4: "wide4", 8: "wide8"},
            small=["small0", "small1"],
            page=request_bytes("GET", ARCHIVED, f"{HOST}:{port}"),
        )


@pytest.mark.parametrize("step", [entering, hundred, many_rooms, pages])
async def test_the_fastapi_chat_goes_through_a_step(fastapi: Site, step: Step) -> None:
    samples = [sample async for sample in step(fastapi, SIZES)]
    assert len(samples) == len(STEPS[step])
    assert all(sample["done"] > 0 for sample in samples if "done" in sample)


def test_every_step_names_its_cases() -> None:
    assert {step for peer in PEERS.values() for step in peer.steps} == set(STEPS)


async def test_a_server_that_cannot_be_had_has_failed(tmp_path: Path) -> None:
    run = Run(Bench(SIZES, tmp_path, tmp_path, World([], {}, [], []), None), print)
    await run.repeat(REFERENCE, 0)
    await run.repeat(REFERENCE, 1)
    keep(tmp_path, [REFERENCE], run.samples, {})
    kept = json.loads((tmp_path / "peers.json").read_text())
    assert [peer["name"] for peer in kept["peers"]] == [REFERENCE]
    assert [(sample["case"], sample["members"], sample["repeat"]) for sample in kept["samples"]] == [
        ("W1 saturated", 8, 0),
        ("W1 light", 8, 0),
        ("W1 saturated", 4, 0),
        ("W1 light", 4, 0),
    ]
    assert kept["samples"][0]["failed"] == "RuntimeError: there is no C compiler here"


TEXTS = {
    WebSocketGuest: '{{"type": "message", "text": "{}"}}',
    SocketIoGuest: '42["message",{{"text":"{}"}}]',
    XmppGuest: "<message type='groupchat'><body>{}</body></message>",
}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(("order", "wrong"), [([1, 2, 3], 0), ([1, 3, 2], 2), ([1, 1, 2], 1), ([2], 1)])
@pytest.mark.parametrize("chunk", [7, 300, 10_000])
async def test_a_guest_counts_and_sees_the_order(
    kind: type[WebSocketGuest | XmppGuest], order: list[int], wrong: int, chunk: int
) -> None:
    guest = kind(Shared(), "host", "person0", "room", sampled=True)
    guest._upgraded, guest._steps = True, []  # type: ignore[union-attr]
    guest.enter()
    acks: list[int] = []
    guest.answered, guest.on_ack = False, lambda ack: acks.append(ack["ref"])
    stream = b"".join(
        framed(kind, TEXTS[kind].format(guest.marked(ref, "0" * 20 + "x" * 180))) for ref in order
    )
    for at in range(0, len(stream), chunk):
        piece = stream[at : at + chunk]
        guest.get_buffer(-1)[: len(piece)] = piece
        guest.buffer_updated(len(piece))
    assert (guest.count, guest.wrong, acks) == (len(order), wrong, order)


def framed(kind: type[WebSocketGuest | XmppGuest], text: str) -> bytes:
    payload = text.encode()
    return payload if kind is XmppGuest else b"\x81\x7e" + len(payload).to_bytes(2, "big") + payload
