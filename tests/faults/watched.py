"""A socket that writes everything into the recording, and keeps the positions of its client."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any, Self

from tests.clients import Json, Socket
from tests.faults.recording import Recording

_numbers = itertools.count(1)


@dataclass
class Places:
    """Where a client is in each room, and the stretches that it still has to page."""

    epochs: dict[str, str] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    behind: dict[str, tuple[int, int]] = field(default_factory=dict)  # room -> after, up to
    refused: set[str] = field(default_factory=set)


class Watched(Socket):
    """One connection of a client: `number` is its name in the recording."""

    recording: Recording
    who = ""
    session = ""
    places: Places

    @classmethod
    async def watch(cls, url: str, recording: Recording, who: str, session: str, places: Places) -> Self:
        """Connect, without a hello."""
        socket = await cls.open(url, open_timeout=5, close_timeout=1)
        socket.recording, socket.who, socket.session, socket.places = recording, who, session, places
        socket.number = next(_numbers)
        socket._changes = {}
        socket._welcomed = False
        socket._sending = asyncio.Lock()
        return socket

    @property
    def ended(self) -> bool:
        """Whether nothing more can come."""
        return self._reader.done()

    number = 0
    broken: Exception | None = None
    _changes: dict[str, str]
    _welcomed = False
    _sending: asyncio.Lock

    async def follow(self, *rooms: str) -> None:
        """Subscribe from where the client is; `subd` and what comes before it are recorded on arrival."""
        wanted: list[Json] = []
        for room in rooms:
            since = self.places.positions.get(room)
            self._add("subscribing", room, since=since)
            place = {"since": since, "epoch": self.places.epochs[room]} if since is not None else {}
            wanted.append({"room": room, **place})
        answer = await self.ask(op="sub", rooms=wanted)
        if answer["op"] != "subd":
            if answer["code"] != "not_found":
                raise ConnectionResetError(f"It can not be followed now: {answer['code']}")
            for room in rooms:
                self._lost(room)

    async def tell(self, frame: Json) -> Json:
        """Send a message, an edit or a deletion; its answer."""
        if frame["op"] == "send":
            told: Json = {"kind": "send", "text": frame["text"]}
        else:
            told = {"kind": "change", "message": frame["message"], "text": frame.get("text")}
            self._changes[frame["cid"]] = frame["message"]
        with self._expecting() as (ref, answer):
            answer.add_done_callback(_look_at)
            async with self._sending:  # so that the recording has the order of the wire
                self._add(told.pop("kind"), frame["room"], cid=frame["cid"], **told)
                await self.connection.send(json.dumps({**frame, "ref": ref}))
            return await asyncio.wait_for(answer, 10)

    def _add(self, kind: Any, room: str = "", **data: Any) -> None:
        self.recording.add(kind, self.who, self.number, room, **data)

    async def _sort(self, frame: Json) -> None:
        op = frame["op"]
        if op == "welcome":
            self._welcomed = True
            self._add("welcome", session=self.session)
        elif not self._welcomed and op != "error":
            self._add("early", frame=frame)
        heard = getattr(self, f"_heard_{op}", None)
        if heard is not None:
            try:
                heard(frame)
            except Exception as error:
                self.broken = error  # a defect of these tests: it must not look like one of the server
                self.connection.transport.abort()
                raise
        await super()._sort(frame)

    def _heard_ev(self, frame: Json) -> None:
        places, room = self.places, frame["room"]
        event = {name: value for name, value in frame.items() if name not in {"op", "room"}}
        self._add("event", room, **event)
        if event["seq"] == places.positions.get(room, event["seq"] - 1) + 1:
            places.positions[room] = event["seq"]

    def _heard_subd(self, frame: Json) -> None:
        places = self.places
        for answer in frame["rooms"]:
            room, head = answer["room"], answer["head"]
            self._add("subscribed", room, head=head, epoch=answer["epoch"], recovered=answer["recovered"])
            places.refused.discard(room)
            if not answer["recovered"]:
                known = places.epochs.get(room) == answer["epoch"] and room in places.positions
                places.behind[room] = (places.positions[room] if known else 0, head)
                places.positions[room] = head
            places.positions.setdefault(room, head)
            places.epochs[room] = answer["epoch"]
        for refusal in frame.get("refused", ()):
            self._lost(refusal["room"])

    def _heard_error(self, frame: Json) -> None:
        self._add("nack", cid="", code=frame["code"], retryable=frame["retryable"])

    def _heard_reset(self, frame: Json) -> None:
        self._add("reset", frame["room"], reason=frame["reason"])
        self.places.positions.pop(frame["room"], None)

    def _heard_gone(self, frame: Json) -> None:
        self._lost(frame["room"])

    def _lost(self, room: str) -> None:
        self._add("gone", room)
        self.places.refused.add(room)
        self.places.behind.pop(room, None)

    def _heard_ack(self, frame: Json) -> None:
        told = {name: frame[name] for name in ("cid", "seq", "id", "ts", "dup")}
        if frame["cid"] in self._changes:
            self._add("changed", frame["room"], message=self._changes[frame["cid"]], **told)
        else:
            self._add("ack", frame["room"], **told)

    def _heard_nack(self, frame: Json) -> None:
        self._add("nack", cid=frame.get("cid", ""), code=frame["code"], retryable=frame["retryable"])

    async def _pump(self) -> None:
        try:
            await super()._pump()
        finally:
            if self.number:
                self._add("closed", code=self.connection.close_code or 0)


def _look_at(answer: asyncio.Future[Json]) -> None:
    """Nobody may wait for it any more when the connection ends."""
    if not answer.cancelled():
        answer.exception()
