"""W6: three words over a million messages in 100 rooms, of which the searchers may read some."""

import json
import random
import shutil
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from Stemmer import Stemmer  # type: ignore[import-not-found] # it tells no types

from bench.latency import summary
from bench.meter import Meter
from bench.rest import Line, request_bytes, rest
from bench.search_world import PEOPLE, Library, fill, make_library, rebuild
from bench.server import Server
from bench.world import Bench

COMMON = 30  # words of which each is in some per cent of all messages

_STEM = Stemmer("english").stemWord  # the language of `search_languages` when nothing is set

Samples = list[dict[str, Any]]
Words = Callable[[random.Random, list[str]], list[str]]


async def search(bench: Bench) -> Samples:
    """The same on SQLite and on PostgreSQL."""
    samples = [{"database": "sqlite", **sample} for sample in await _on(bench, "", None)]
    with bench.postgresql() as cluster:
        if cluster is not None:
            url = cluster.url(cluster.create_database())
            found = await _on(bench, url, cluster.process.pid)
            samples += [{"database": "postgresql", **sample} for sample in found]
    return [{**sample, "messages": bench.sizes.messages} for sample in samples]


async def _on(bench: Bench, url: str, database: int | None) -> Samples:
    data = bench.folder / "library"
    shutil.rmtree(data, ignore_errors=True)
    library = await make_library(data, url, bench.sizes.library)
    await fill(library, data, url, bench.sizes.messages)
    samples = [{"case": "rebuild", "repeat": 0, **rebuild(data, url, bench.sizes.messages)}]
    with Server(data, database_url=url) as server:
        async with rest(server.host, server.port, 1) as api:
            for repeat in range(bench.sizes.repeats):
                for case, words in CASES.items():
                    for reader in range(PEOPLE):
                        window = Window(library, reader, words, random.Random(repeat), api.host)
                        with bench.watch(server.pid, "search", case):
                            sample = await window.run(
                                api.lines[0],
                                server.pid,
                                database,
                                warm=bench.sizes.warm_searches,
                                seconds=bench.sizes.seconds / 2,
                            )
                        samples.append(
                            {"case": case, "repeat": repeat, "rooms": len(library.readable[reader]), **sample}
                        )
    shutil.rmtree(data)
    return samples


def _any_words(chance: random.Random, words: list[str]) -> list[str]:
    """As people search: words as common as they are in messages, but not the same one twice."""
    chosen: list[str] = []
    while len(chosen) < 3:
        word = words[min(len(words) - 1, int(len(words) ** chance.random()))]
        chosen += [word] if word not in chosen else []
    return chosen


def _common_words(chance: random.Random, words: list[str]) -> list[str]:
    return chance.sample(words[:COMMON], 3)


CASES: dict[str, Words] = {"three words": _any_words, "three common words": _common_words}


class Window:
    """One searcher, one search after the other, each for other words."""

    def __init__(self, library: Library, reader: int, words: Words, chance: random.Random, host: str) -> None:
        self._library, self._reader = library, reader
        self._words, self._chance, self._host = words, chance, host
        self._times: list[float] = []
        self._found = 0

    async def run(
        self, line: Line, server: int, database: int | None, *, warm: int, seconds: float
    ) -> dict[str, Any]:
        """Search for so long, after so many that are not measured; what was found is checked."""
        while len(self._times) < warm:
            await self._once(line)
        self._times, self._found = [], 0
        measured = Meter(server, lambda: len(self._times), database)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await self._once(line)
        sample = measured.stop()
        return {
            **sample,
            "found": round(self._found / len(self._times), 2),
            "latency": summary(self._times),
        }

    async def _once(self, line: Line) -> None:
        words = self._words(self._chance, self._library.words)
        path = f"/api/v1/search?workspace={self._library.workspace}&q={quote(' '.join(words))}"
        request = request_bytes("GET", path, self._host, token=self._library.tokens[self._reader])
        begin = time.monotonic()
        status, answer = await line.ask(request)
        self._times.append(time.monotonic() - begin)
        if status != 200:
            raise AssertionError(f"{status} {answer.decode()}")
        for message in json.loads(answer)["items"]:
            self._found += 1
            if message["room"] not in self._library.readable[self._reader]:
                raise AssertionError(f"Found in a room that may not be read: {message}")
            if not _stems(words) <= _stems(message["text"].split()):
                raise AssertionError(f"{words} is not in {message['text']}")


def _stems(words: list[str]) -> set[str]:
    """What has to be found is any form of each word."""
    return {_STEM(word) for word in words}
