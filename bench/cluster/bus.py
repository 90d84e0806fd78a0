"""The bus alone: what it costs one node to tell a message to the others, and each of those to hear it."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any

from bench.cluster.bus_node import BY_HEART
from bench.cluster.place import Spread
from bench.processes import GENERATOR_CORE, SERVER_CORE, cpu_seconds, on_core
from bench.world import Sizes

# Messages a second, and how many of them in one turn of the event loop.
CASES = {"one by one": (500, 1), "ten at once": (5000, 10), "hundred at once": (20_000, 100)}
OWN = 7  # a database whose channels no server of the cluster hears


async def bus(place: Spread, sizes: Sizes) -> list[dict[str, Any]]:
    """Two nodes; the one publishes, both hear."""
    return [
        {"case": case, "repeat": repeat, **await _once(place, sizes, *CASES[case])}
        for repeat in range(sizes.repeats)
        for case in CASES
    ]


async def _once(place: Spread, sizes: Sizes, rate: int, at_once: int) -> dict[str, Any]:
    url = f"{place.cluster.valkey.url.rpartition('/')[0]}/{OWN}"
    valkey = place.cluster.valkey.process.pid
    messages = 2 * BY_HEART + round(rate * sizes.seconds)
    messages -= messages % at_once
    nodes = [
        await _node(url, messages, rate if core == SERVER_CORE else 0, at_once, core)
        for core in (SERVER_CORE, GENERATOR_CORE)
    ]
    before = cpu_seconds(valkey)
    said = [json.loads(line) for line in await asyncio.gather(*map(_measured, nodes))]
    if said[1]["missed"]:
        raise AssertionError(f"{said[1]['missed']} messages were lost")
    return {
        "done": messages,
        "publish_us": said[0]["cpu_us"],
        "hear_us": said[1]["cpu_us"],
        "valkey_us": round((cpu_seconds(valkey) - before) * 1e6 / messages, 2),
    }


async def _node(url: str, messages: int, rate: int, at_once: int, core: int) -> Process:
    arguments = (url, str(messages), str(rate), str(at_once))
    with on_core(core):
        node = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.cluster.bus_node", *arguments, stdin=PIPE, stdout=PIPE
        )
    assert node.stdout
    await node.stdout.readline()
    return node


async def _measured(node: Process) -> bytes:
    return (await node.communicate(b"begin\n"))[0]
