"""Clients that write all the time, remember what was promised to them, and try again what was not."""

import asyncio
import os
import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.clients import Api, Json, Socket

IN_FLIGHT = 8
SECONDS = 30.0  # until everything is well again (I7)


def seeded() -> random.Random:
    """Chance, with its seed in the output of a test that fails; TALKOOT_TEST_SEED repeats it."""
    seed = int(os.environ.get("TALKOOT_TEST_SEED") or random.randrange(2**32))
    print(f"TALKOOT_TEST_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    return random.Random(seed)


@dataclass
class Writer:
    """One person at one room, who sends numbered messages and never gives one up."""

    person: Api
    room: str
    name: str
    count: int = 0
    acks: dict[str, Json] = field(default_factory=dict)  # by cid
    pending: dict[str, str] = field(default_factory=dict)  # cid -> text, in the order of sending
    nacks: list[Json] = field(default_factory=list)

    @property
    def texts(self) -> dict[str, str]:
        return {ack["cid"]: ack["text"] for ack in self.acks.values()} | self.pending

    async def write(self) -> None:
        """Write until the connection is lost or something is refused."""
        try:
            async with await Socket.of(self.person) as socket:
                while not self.nacks:
                    await self._burst(socket)
        except (ConnectionClosed, OSError, InvalidHandshake, TimeoutError):
            return

    async def finish(self) -> None:
        """Send again, in order, what nobody promised, until all of it is stored."""
        async with asyncio.timeout(SECONDS):
            while self.pending:
                self.nacks.clear()
                try:
                    async with await Socket.of(self.person) as socket:
                        for cid, text in [*self.pending.items()]:
                            await self._send(socket, cid, text)
                            if self.nacks:
                                break
                except (ConnectionClosed, OSError, InvalidHandshake, TimeoutError):
                    pass
                if self.pending:
                    await asyncio.sleep(0.05)

    async def _burst(self, socket: Socket) -> None:
        fresh = {}
        for _ in range(IN_FLIGHT):
            self.count += 1
            fresh[str(uuid.uuid4())] = f"{self.name} {self.count}"
        self.pending |= fresh
        sends = [self._send(socket, cid, text) for cid, text in fresh.items()]
        for outcome in await asyncio.gather(*sends, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    async def _send(self, socket: Socket, cid: str, text: str) -> None:
        answer = await socket.send(self.room, text, cid)
        if answer["op"] == "ack":
            self.acks[cid] = answer | {"text": self.pending.pop(cid)}
        else:
            self.nacks.append(answer)


async def whole_log(person: Api, room: str) -> list[Json]:
    """All events of a room."""
    events: list[Json] = []
    while page := (await person.get(f"/rooms/{room}/events", after=len(events)))["events"]:
        events += page
    return events


def check(log: list[Json], writers: Iterable[Writer], observed: Iterable[Json] = ()) -> None:
    """Nothing promised is lost, doubled, changed or moved; nothing is there that nobody sent (I1-I5, I9)."""
    assert [event["seq"] for event in log] == [*range(1, len(log) + 1)]
    created = [event for event in log if event["type"] == "message.created"]
    by_cid = {event["cid"]: event for event in created}
    assert len(by_cid) == len(created)
    sent = {cid: text for writer in writers for cid, text in writer.texts.items()}
    assert {cid: event["body"]["text"] for cid, event in by_cid.items()}.items() <= sent.items()
    for writer in writers:
        for cid, ack in writer.acks.items():
            event = by_cid[cid]
            assert (event["seq"], event["id"], event["ts"]) == (ack["seq"], ack["id"], ack["ts"])
        mine = [
            event["body"]["text"] for event in created if event["body"]["text"].startswith(f"{writer.name} ")
        ]
        assert mine == sorted(mine, key=lambda text: int(text.split()[-1]))
    for event in observed:
        assert log[event["seq"] - 1] == {key: value for key, value in event.items() if key != "op"}
