"""Whatever is sent, edited, deleted and asked: what is found is what reading everything would find."""

import asyncio
import random
import time
from dataclasses import dataclass

from tests.clients import Api
from tests.search.searching import PATIENCE, search
from tests.workspaces import Workspace

WORDS = ["red", "blue", "reed", "green", "Café", "cafe"]
ROUNDS, QUERIES = 60, 60


@dataclass
class Said:
    """A message as the model knows it."""

    id: str
    room: str
    sender: str
    text: str


class Model:
    """Two rooms, one of them private, and who may read which."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.said: list[Said] = []
        self.readers: dict[str, list[Api]] = {}

    async def act(self) -> None:
        """Send, edit or delete."""
        text = " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 5)))
        if not self.said or self.chance.random() < 0.6:
            room = self.chance.choice([*self.readers])
            sender = self.chance.choice(self.readers[room])
            sent = await sender.post(f"/rooms/{room}/messages", {"text": text})
            self.said.append(Said(sent["id"], room, sender.user["id"], text))
            return
        said = self.chance.choice(self.said)
        sender = next(reader for reader in self.readers[said.room] if reader.user["id"] == said.sender)
        if self.chance.random() < 0.5:
            await sender.patch(f"/messages/{said.id}", {"text": text})
            said.text = text
        else:
            await sender.delete(f"/messages/{said.id}")
            self.said.remove(said)

    def query(self) -> tuple[str, list[str], list[str], str, str]:
        """A query, and what it says: words or prefixes, denied ones, a phrase, whose messages."""
        words = self.chance.choices([*WORDS, "re*", "gre*"], k=self.chance.randint(1, 2))
        denied = self.chance.choices(WORDS, k=self.chance.randint(0, 1))
        phrase = " ".join(self.chance.choices(WORDS, k=2)) if self.chance.random() < 0.3 else ""
        sender = self.chance.choice(["", "", *[reader.user["id"] for reader in self.everybody]])
        parts = [*words, *(f"-{word}" for word in denied)]
        parts += [f'"{phrase}"'] if phrase else []
        parts += [f"from:{sender}"] if sender else []
        self.chance.shuffle(parts)
        return " ".join(parts), words, denied, phrase, sender

    @property
    def everybody(self) -> list[Api]:
        return max(self.readers.values(), key=len)

    def expected(
        self, reader: Api, words: list[str], denied: list[str], phrase: str, sender: str
    ) -> list[str]:
        """The newest first."""
        return [
            said.id
            for said in reversed(self.said)
            if reader in self.readers[said.room]
            and all(has(said.text, word) for word in words)
            and not any(has(said.text, word) for word in denied)
            and (not phrase or f" {plain(phrase)} " in f" {plain(said.text)} ")
            and sender in {"", said.sender}
        ]


def plain(text: str) -> str:
    return text.lower().replace("é", "e")


def has(text: str, word: str) -> bool:
    if word.endswith("*"):
        return any(each.startswith(word[:-1]) for each in plain(text).split())
    return plain(word) in plain(text).split()


async def test_searching_finds_what_reading_everything_would(workspace: Workspace) -> None:
    member = await workspace.member()
    public, private = await workspace.room(), await workspace.room(kind="private")
    await member.post(f"/rooms/{public}/join", expect=204)
    model = Model(random.Random(7))
    model.readers = {public: [workspace.owner, member], private: [workspace.owner]}
    for _ in range(ROUNDS):
        await model.act()
    for _ in range(QUERIES):
        q, *wanted = model.query()
        for reader in (workspace.owner, member):
            expected = model.expected(reader, *wanted)  # type: ignore[arg-type]
            deadline = time.monotonic() + PATIENCE
            while (
                found := [item["id"] for item in await search(reader, workspace.id, q, limit=200)]
            ) != expected:
                assert time.monotonic() < deadline, (q, found, expected)
                await asyncio.sleep(0.02)
