"""Small clients for the two surfaces of the server: REST (`Api`) and the socket (`Socket`)."""

import asyncio
import itertools
import json
import ssl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.documented import undocumented

Json = dict[str, Any]
PASSWORD = "correct horse battery staple"
PATIENCE = 30.0
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # one for all: reading what a machine trusts takes its time


class Api:
    """One person, or nobody yet, at the REST interface; paths are relative to /api/v1."""

    def __init__(self, url: str, token: str = "", user: Json | None = None) -> None:
        self.url = url
        self.token = token
        self.user = user or {}
        self.proved_at = time.monotonic()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx2.AsyncClient(
            base_url=f"{url}/api/v1", headers=headers, timeout=PATIENCE, verify=NO_TLS
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.http.aclose()

    async def ask(self, method: str, path: str, body: Json | None = None, **query: Any) -> httpx2.Response:
        """The plain answer, whatever its status."""
        params = {name: str(value) for name, value in query.items()}
        return await self.http.request(method, path, json=body, params=params)

    async def call(
        self, method: str, path: str, body: Json | None = None, *, expect: int = 200, **query: Any
    ) -> Any:
        """The decoded answer; any status but the expected one fails the test and shows the answer."""
        answer = await self.ask(method, path, body, **query)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def get(self, path: str, **query: Any) -> Any:
        return await self.call("GET", path, **query)

    async def post(self, path: str, body: Json | None = None, *, expect: int = 201) -> Any:
        return await self.call("POST", path, body or {}, expect=expect)

    async def put(self, path: str, body: Json | None = None, *, expect: int = 200) -> Any:
        return await self.call("PUT", path, body or {}, expect=expect)

    async def patch(self, path: str, body: Json, *, expect: int = 200) -> Any:
        return await self.call("PATCH", path, body, expect=expect)

    async def delete(self, path: str, *, expect: int = 204) -> Any:
        return await self.call("DELETE", path, expect=expect)

    async def sign_in(self, username: str, password: str = PASSWORD) -> "Api":
        """A client with an access token of that person."""
        form = {"grant_type": "password", "username": username, "password": password}
        answer = await self.http.post("/auth/token", data=form)
        assert answer.status_code == 200, answer.text
        person = Api(self.url, answer.json()["access_token"])
        person.user = await person.get("/users/me")
        return person

    async def refusal(
        self, method: str, path: str, body: Json | None = None, **query: Any
    ) -> tuple[int, str]:
        """Status and code of a call that must fail with a problem document that says the same."""
        answer = await self.ask(method, path, body, **query)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        problem = answer.json()
        assert problem["status"] == answer.status_code
        return answer.status_code, problem["code"]


async def set_up(url: str, username: str = "owner") -> tuple[Api, Json]:
    """First run: the owner, signed in, and the first workspace."""
    async with Api(url) as nobody:
        form = {"workspace": "First", "username": username, "display_name": "Owner", "password": PASSWORD}
        made = await nobody.post("/setup", form)
        return await nobody.sign_in(username), made["workspace"]


async def join(host: Api, workspace: str, username: str) -> Api:
    """Invite a new person to the workspace; the person registers and signs in."""
    invite = await host.post(f"/workspaces/{workspace}/invites")
    async with Api(host.url) as nobody:
        form = {
            "invite": invite["token"],
            "username": username,
            "display_name": username.title(),
            "password": PASSWORD,
        }
        await nobody.post("/auth/register", form)
        return await nobody.sign_in(username)


class Socket:
    """One WebSocket; a reader sorts answers (by `ref`) from frames that come by themselves."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[Json] = []  # Everything that came by itself, in order.
        self.welcome: Json = {}
        self._read = 0  # How many of them `receive` and `until` have consumed.
        self._refs = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._arrived = asyncio.Condition()
        self._reader = asyncio.create_task(self._pump())
        self._undocumented: list[str] = []

    @classmethod
    async def open(cls, url: str, **options: Any) -> Self:
        """Connect without a hello."""
        address = f"ws://{urlsplit(url).netloc}/api/v1/ws"
        subprotocols = options.pop("subprotocols", ["talkoot.v1"])
        return cls(await connect(address, subprotocols=subprotocols, compression=None, **options))

    @classmethod
    async def of(cls, person: Api, **options: Any) -> Self:
        """Connect and say hello as that person."""
        socket = await cls.open(person.url, **options)
        await socket.hello(token=person.token)
        return socket

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.connection.close()
        await asyncio.gather(self._reader, return_exceptions=True)
        assert self._undocumented == []

    async def hello(self, **credential: str | bool) -> Json:
        """Say who this is; the welcome frame."""
        await self.push(op="hello", **credential)
        self.welcome = await self.until(op="welcome")
        return self.welcome

    async def push(self, **frame: Any) -> None:
        """Send a frame that asks for no answer."""
        await self.connection.send(json.dumps(frame))

    async def ask(self, **frame: Any) -> Json:
        """Send a frame with a `ref` and return the answer to it."""
        with self._expecting() as (ref, answer):
            await self.push(ref=ref, **frame)
            return await asyncio.wait_for(answer, PATIENCE)

    async def subscribe(self, *rooms: str, since: int | None = None) -> list[Json]:
        """Subscribe to rooms, all from the same position; what `subd` says of them."""
        wanted = [{"room": room} if since is None else {"room": room, "since": since} for room in rooms]
        answer = await self.ask(op="sub", rooms=wanted)
        assert answer["op"] == "subd", answer
        return list(answer["rooms"])

    async def send(self, room: str, text: str, cid: str | None = None, **more: Any) -> Json:
        """Send a message; the `ack` or `nack`."""
        return await self.ask(op="send", room=room, text=text, cid=cid or str(uuid.uuid4()), **more)

    async def receive(self, patience: float = PATIENCE) -> Json:
        """The next frame that came by itself."""
        async with self._arrived, asyncio.timeout(patience):
            while self._read == len(self.frames):
                if self._reader.done():
                    raise self.connection.protocol.close_exc
                await self._arrived.wait()
        self._read += 1
        return self.frames[self._read - 1]

    async def until(self, patience: float = PATIENCE, **wanted: Any) -> Json:
        """The next frame that has these values; those before it are passed over (`frames` keeps them)."""
        async with asyncio.timeout(patience):
            while True:
                frame = await self.receive(patience)
                if wanted.items() <= frame.items():
                    return frame

    async def event(self, kind: str, **wanted: Any) -> Json:
        """The next event of this type."""
        return await self.until(op="ev", type=kind, **wanted)

    async def settled(self) -> list[Json]:
        """All frames that the server had sent when it answered a heartbeat sent now: for tests of silence."""
        answer = await self.ask(op="hb")
        assert answer["op"] == "hb", answer
        return self.frames

    async def closed(self, patience: float = PATIENCE) -> tuple[int, str]:
        """Wait for the server to close; its code and reason."""
        await asyncio.wait_for(asyncio.shield(self._reader), patience)
        return self.connection.close_code or 0, self.connection.close_reason or ""

    @contextmanager
    def _expecting(self) -> Iterator[tuple[int, asyncio.Future[Json]]]:
        ref = next(self._refs)
        answer = self._answers[ref] = asyncio.get_running_loop().create_future()
        try:
            yield ref, answer
        finally:
            del self._answers[ref]

    async def _pump(self) -> None:
        try:
            async for data in self.connection:
                await self._sort(json.loads(data))
        except ConnectionClosed:
            pass
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(self.connection.protocol.close_exc)
            async with self._arrived:
                self._arrived.notify_all()

    async def _sort(self, frame: Json) -> None:
        if wrong := undocumented(frame):
            self._undocumented.append(wrong)
        answer = self._answers.get(frame.get("ref", 0))
        if answer is not None and not answer.done():
            answer.set_result(frame)
            return
        async with self._arrived:
            self.frames.append(frame)
            self._arrived.notify_all()
