"""The answer to a COMMIT is lost: it was durable, its sender was refused, and this process was not told."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from tests.clients import Api, Socket, join, set_up
from tests.faults.proxy import Proxy, is_commit
from tests.servers.molds import MIGRATED
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot


@dataclass
class Place:
    """A server whose way to the database can be cut, and three people."""

    proxy: Proxy
    owner: Api
    member: Api
    workspace: str

    async def room(self, kind: str = "public") -> str:
        made = await self.owner.post(
            f"/workspaces/{self.workspace}/rooms", {"name": str(uuid.uuid4()), "kind": kind}
        )
        await self.owner.put(f"/rooms/{made['id']}/members/{self.member.user['id']}", expect=204)
        return str(made["id"])

    async def lose(self, method: str, path: str, body: dict[str, str] | None = None) -> None:
        """Do something that is done, and is answered as if it were not."""
        before = self.proxy.cuts
        self.proxy.up.cut_when = is_commit
        assert (await self.owner.ask(method, path, body)).status_code == 503
        assert self.proxy.cuts == before + 1


@pytest_asyncio.fixture(scope="module")
async def shared(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with Proxy.opened(postgres.port) as proxy:
        url = postgres.url(postgres.create_database(MIGRATED)).replace(
            f":{postgres.port}/", f":{proxy.port}/"
        )
        talkoot = Talkoot(tmp_path_factory.mktemp("lost") / "data", database_url=url)
        await asyncio.to_thread(talkoot.start)
        owner, workspace = await set_up(talkoot.url)
        async with owner:
            yield Place(proxy, owner, owner, workspace["id"])
        await asyncio.to_thread(talkoot.stop)


@pytest_asyncio.fixture
async def place(shared: Place) -> AsyncIterator[Place]:
    """With a member of the test's own."""
    async with await join(shared.owner, shared.workspace, f"member{uuid.uuid4().hex[:6]}") as member:
        yield replace(shared, member=member)


async def test_a_message_is_there_for_all_after_the_retry(place: Place) -> None:
    room = await place.room()
    path = f"/rooms/{room}/messages"
    for text in ("a", "b"):
        await place.owner.post(path, {"text": text})
    for _ in range(2):  # so that the page is remembered
        await place.member.get(path)
    async with await Socket.of(place.member) as socket:
        await socket.subscribe(room)
        message = {"text": "lost", "cid": str(uuid.uuid4())}
        await place.lose("POST", path, message)
        again = await place.owner.ask("POST", path, message)
        assert again.status_code == 200
        for person in (place.owner, place.member):
            page = await person.get(path)
            assert [item["text"] for item in page["items"]][-3:] == ["a", "b", "lost"]
        event = await socket.event("message.created")
        assert (event["body"]["text"], event["seq"]) == ("lost", again.json()["seq"])
        await place.owner.post(path, {"text": "next"})
        assert (await socket.event("message.created"))["body"]["text"] == "next"


async def test_who_was_removed_from_a_room_reads_nothing_more(place: Place) -> None:
    room = await place.room("private")
    path = f"/rooms/{room}/messages"
    await place.owner.post(path, {"text": "before"})
    for _ in range(2):
        await place.member.get(path)
    async with await Socket.of(place.member) as socket:
        await socket.subscribe(room)
        removal = f"/rooms/{room}/members/{place.member.user['id']}"
        await place.lose("DELETE", removal)
        assert (await place.owner.ask("DELETE", removal)).status_code == 404
        assert (await place.member.ask("GET", path)).status_code == 404
        assert (await place.member.ask("GET", f"/rooms/{room}/events")).status_code == 404
        await place.owner.post(path, {"text": "secret"})
        await socket.until(op="gone")
        assert "secret" not in str(await socket.settled())


async def test_who_was_removed_from_the_workspace_hears_nothing_more(place: Place) -> None:
    room = await place.room()
    path = f"/rooms/{room}/messages"
    async with await Socket.of(place.member) as socket:
        await place.member.post(f"/rooms/{room}/leave", expect=204)  # follows it without being a member
        await socket.subscribe(room)
        removal = f"/workspaces/{place.workspace}/members/{place.member.user['id']}"
        await place.lose("DELETE", removal)
        assert (await place.owner.ask("DELETE", removal)).status_code == 404
        await place.owner.post(path, {"text": "secret"})
        await socket.until(op="gone")
        assert "secret" not in str(await socket.settled())
        assert (await place.member.ask("GET", path)).status_code == 404


async def test_sends_go_on_for_all_while_it_is_in_doubt(place: Place) -> None:
    rooms = [await place.room() for _ in range(4)]
    sockets = [await Socket.of(place.member) for _ in rooms]
    for socket, room in zip(sockets, rooms, strict=True):
        await socket.subscribe(room)
    message = {"text": "lost", "cid": str(uuid.uuid4())}
    await place.lose("POST", f"/rooms/{rooms[0]}/messages", message)
    for room in rooms:
        await place.owner.post(f"/rooms/{room}/messages", {"text": "after"})
    for socket in sockets:
        while (await socket.event("message.created"))["body"]["text"] != "after":
            """The lost one comes first."""
        await socket.close()
