"""The load of a run: people who write, change, read and reconnect all the time and give nothing up."""

import asyncio
import random
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx2
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.clients import Api, Json
from tests.faults.recording import Recording
from tests.faults.watched import Places, Watched

LOST = (ConnectionClosed, InvalidHandshake, InvalidMessage, OSError, TimeoutError, EOFError)
EXPECTED = {503, 507}
"""Unavailable, and the storage is full."""
STUMBLED = (httpx2.HTTPError, OSError)
BEAT = 15.0
"""Seconds between heartbeats. What their answers tell is not used: delivery must do without."""
SHOWN = ("seq", "id", "text", "deleted")
MANY = 30
"""Own messages that a client remembers, to change them."""


def judge(answer: httpx2.Response, recording: Recording, who: str) -> None:
    """A failure that the server names and expects may be tried again; any other is a defect."""
    if answer.status_code >= 500 and answer.status_code not in EXPECTED:
        told = {"status": answer.status_code, "path": answer.request.url.path, "text": answer.text[:500]}
        recording.add("failure", who, 0, "", **told)


@dataclass
class Ground:
    """What all clients of a run share; `urls` says where the nodes are now."""

    recording: Recording
    urls: Callable[[], Sequence[str]]
    chance: random.Random
    quiet: asyncio.Event = field(default_factory=asyncio.Event)  # nothing new is written
    over: asyncio.Event = field(default_factory=asyncio.Event)
    pace: float = 0.02
    padding: str = ""  # behind the text of each message


@dataclass
class Client:
    """One person at one device; `writes` or only reads, `rooms` that it follows."""

    ground: Ground
    token: str
    user: Json
    session: str
    rooms: list[str]
    writes: bool = True
    idle: bool = False  # only listens, and takes no more of the machine than that
    places: Places = field(default_factory=Places)
    pending: dict[str, Json] = field(default_factory=dict)
    mine: list[tuple[str, str]] = field(default_factory=list)  # room, message
    connected: bool = False
    doing: str = ""
    stays: bool = True  # a client whose session will be ended is not waited for
    count: int = 0
    connections: int = 0
    problems: list[str] = field(default_factory=list)
    _apis: dict[str, Api] = field(default_factory=dict)

    @property
    def who(self) -> str:
        return str(self.user["id"])

    @property
    def name(self) -> str:
        """The device, for people."""
        return f"{self.user['username']}-{id(self) % 0xFFFF:04x}"

    async def run(self) -> None:
        """Live until the run is over; come back after every end, as the protocol page says."""
        failures = 0
        while not self.ground.over.is_set():
            began = self.connections
            try:
                await self._session(self.ground.chance.choice(self.ground.urls()))
            except LOST as error:
                self.problems = [*self.problems[-5:], repr(error)]
            self.connected = False
            failures = 0 if self.connections > began else failures + 1
            await self._pause(self.ground.chance.random() * min(2.0, 0.05 * 2**failures))
        for api in self._apis.values():
            await api.close()

    def settled(self, heads: dict[str, int]) -> bool:
        """Whether everything is acknowledged, and everything up to these heads has come."""
        followed = [room for room in self.rooms if room not in self.places.refused]
        return (
            self.connected
            and not self.pending
            and not self.places.behind
            and all(self.places.positions.get(room) == heads[room] for room in followed)
        )

    def standing(self, heads: dict[str, int]) -> str:
        """What is missing, for the evidence."""
        places = self.places
        behind = {room[-6:]: (places.positions.get(room), heads[room]) for room in self.rooms}
        refused = [room[-6:] for room in places.refused]
        return (
            f"{self.user['username']} {self.doing}, pending={len(self.pending)}"
            f" positions={behind} refused={refused} paging={len(places.behind)} problems={self.problems[-2:]}"
        )

    async def sign_in(self, token: str) -> None:
        """Go on with another token."""
        self.token = token
        apis, self._apis = self._apis, {}
        for api in apis.values():
            await api.close()

    async def _session(self, url: str) -> None:
        ground = self.ground
        self.doing = f"connecting to {url}"
        beat: asyncio.Task[None] | None = None
        socket = await Watched.watch(url, ground.recording, self.who, self.session, self.places)
        try:
            self.doing = f"saying hello to {url}"
            await socket.hello(token=self.token)
            self.doing = f"following rooms at {url}"
            await socket.follow(*[room for room in self.rooms if room not in self.places.refused])
            self.connections += 1
            self.connected, self.doing = True, f"living at {url}"
            await self._again(socket)
            beat = asyncio.create_task(self._beat(socket))
            while not ground.over.is_set() and not socket.ended:
                await self._step(socket)
                await self._pause(ground.pace * ground.chance.random() * 2)
        finally:
            self.connected = False
            if beat is not None:
                beat.cancel()
            await socket.close()
            if socket.broken:
                raise RuntimeError("The load can not go on") from socket.broken

    async def _beat(self, socket: Watched) -> None:
        with suppress(*LOST):
            while not socket.ended:
                await asyncio.sleep(BEAT)
                await socket.push(op="hb", seen=self.places.positions)

    async def _step(self, socket: Watched) -> None:
        for room in list(self.places.behind):
            await self._page(room)
        if lost := self.places.refused & set(self.rooms):
            await socket.follow(*lost)
            await self._pause(0.05)
        if self.idle or self.ground.quiet.is_set():
            await (self._again(socket) if self.pending else self._pause(0.05))
            return
        steps = [self._look_at_reads, self._show, self._type, self._come_again]
        steps += [self._burst] * 10 + [self._change] * 3 + [self._read, self._twice] if self.writes else []
        await self.ground.chance.choice(steps)(socket)

    async def _again(self, socket: Watched) -> None:
        """Send again, in order, what has no answer."""
        for frame in list(self.pending.values()):
            if not await self._tell(socket, frame):
                await self._pause(0.1)
                return

    async def _tell(self, socket: Watched, frame: Json) -> bool:
        """Send one frame that stays pending until its final answer; whether it got that."""
        self.pending[frame["cid"]] = frame
        answer = await socket.tell(frame)
        if answer["op"] == "ack" or not answer["retryable"]:
            self.pending.pop(frame["cid"], None)
            if answer["op"] == "ack" and frame["op"] == "send":
                self.mine = [*self.mine[-MANY:], (frame["room"], answer["id"])]
            return True
        return False

    def _message(self) -> Json:
        self.count += 1
        room = self.ground.chance.choice(
            [r for r in self.rooms if r not in self.places.refused] or self.rooms
        )
        text = f"{self.user['username']} {self.count}{self.ground.padding}"
        return {"op": "send", "cid": self._cid(), "room": room, "text": text}

    def _cid(self) -> str:
        return str(uuid.UUID(int=self.ground.chance.getrandbits(128), version=4))

    async def _burst(self, socket: Watched) -> None:
        frames = [self._message() for _ in range(self.ground.chance.randint(1, 6))]
        outcomes = await asyncio.gather(
            *[self._tell(socket, frame) for frame in frames], return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        if not all(outcomes):
            await self._again(socket)
        elif self.ground.chance.random() < 0.3:
            await self._look()

    async def _change(self, socket: Watched) -> None:
        if self.mine:
            room, message = self.mine.pop(self.ground.chance.randrange(len(self.mine)))
            frame = {"op": "delete", "cid": self._cid(), "room": room, "message": message}
            if self.ground.chance.random() < 0.6:
                self.count += 1
                frame |= {"op": "edit", "text": f"{self.user['username']} {self.count} edited"}
                self.mine.append((room, message))
            await self._tell(socket, frame)

    async def _twice(self, socket: Watched) -> None:
        """The same message over the socket and over HTTP, at the same time."""
        frame = self._message()
        await asyncio.gather(self._tell(socket, frame), self._post(frame), return_exceptions=True)

    async def _post(self, frame: Json) -> None:
        ground = self.ground
        body = {"text": frame["text"], "cid": frame["cid"]}
        ground.recording.add("send", self.who, 0, frame["room"], cid=frame["cid"], text=frame["text"])
        answer = await self._anywhere().ask("POST", f"/rooms/{frame['room']}/messages", body)
        self._judge(answer)
        if answer.status_code in {200, 201}:
            told = {name: answer.json()[name] for name in ("seq", "id", "ts")}
            dup = answer.status_code == 200
            ground.recording.add("ack", self.who, 0, frame["room"], cid=frame["cid"], dup=dup, **told)

    async def _come_again(self, socket: Watched) -> None:
        if self.ground.chance.random() < 0.2:
            await socket.close()

    async def _type(self, socket: Watched) -> None:
        await socket.push(op="typing", room=self.rooms[0])

    async def _pause(self, seconds: float) -> None:
        if not self.ground.over.is_set():
            await asyncio.sleep(seconds)

    # By HTTP, from any node

    def _anywhere(self) -> Api:
        url = self.ground.chance.choice(self.ground.urls())
        if url not in self._apis:
            self._apis[url] = Api(url, self.token, self.user)
            self._apis[url].http.timeout = httpx2.Timeout(5)
        return self._apis[url]

    async def _get(self, path: str, **query: int) -> Json | None:
        try:
            answer = await self._anywhere().ask("GET", path, None, **query)
        except STUMBLED:
            return None
        self._judge(answer)
        found: Json | None = answer.json() if answer.status_code == 200 else None
        return found

    def _judge(self, answer: httpx2.Response) -> None:
        judge(answer, self.ground.recording, self.who)

    async def _look(self) -> None:
        """Read what was acknowledged last."""
        entry = next(
            entry
            for entry in reversed(self.ground.recording.entries)
            if entry.kind == "ack" and entry.who == self.who
        )
        page = await self._get(f"/rooms/{entry.room}/events", after=entry.data["seq"] - 1, limit=1)
        if page is not None:
            event = page["events"][0] if page["events"] else None
            told = {"cid": entry.data["cid"], "seq": entry.data["seq"], "event": event}
            self.ground.recording.add("looked", self.who, 0, entry.room, **told)

    async def _show(self, _socket: Watched) -> None:
        """The newest page of a room."""
        room, began = self.ground.chance.choice(self.rooms), self.ground.recording.now()
        page = await self._get(f"/rooms/{room}/messages", limit=20)
        if page is not None:
            shown = [{name: item[name] for name in SHOWN} for item in page["items"]]
            self.ground.recording.add("page", self.who, 0, room, began=began, items=shown)
        for item in page["items"] if page else ():
            told = {name: item[name] for name in ("seq", "id", "text")}
            self.ground.recording.add("shown", self.who, 0, room, began=began, **told)

    async def _page(self, room: str) -> None:
        after, up_to = self.places.behind[room]
        began = self.ground.recording.now()
        page = await self._get(f"/rooms/{room}/events", after=after, limit=200)
        for event in page["events"] if page else ():
            told = {name: value for name, value in event.items() if name != "room"}
            self.ground.recording.add("event", self.who, 0, room, **told, began=began)
            after = event["seq"]
        if room in self.places.behind:
            self.places.behind[room] = (after, up_to)
            if after >= up_to:
                del self.places.behind[room]

    async def _read(self, _socket: Watched) -> None:
        room = self.ground.chance.choice(self.rooms)
        seq = self.ground.chance.randint(0, max(1, self.places.positions.get(room, 1)))
        try:
            answer = await self._anywhere().ask("PUT", f"/rooms/{room}/read", {"seq": seq})
        except STUMBLED:
            return
        self._judge(answer)
        if answer.status_code == 200:
            self.ground.recording.add("read", self.who, 0, room, seq=answer.json()["read_seq"])

    async def _look_at_reads(self, _socket: Watched) -> None:
        began = self.ground.recording.now()
        found = await self._get("/unreads")
        for item in found["items"] if found else ():
            told = {"read_seq": item["read_seq"], "began": began}
            self.ground.recording.add("reads", self.who, 0, item["room"], **told)
