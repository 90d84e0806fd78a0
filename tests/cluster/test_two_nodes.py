"""What happens on one node reaches the people on another, and without Redis nobody waits for it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import httpx2
import pytest_asyncio

from tests.clients import PATIENCE, Api, Json, Socket, join, set_up
from tests.cluster.conftest import Nodes
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey

numbers = itertools.count(1)


@dataclass
class Pair:
    """A room with two people: the owner on the first node, the guest on the second."""

    nodes: tuple[Talkoot, Talkoot]
    owner: Api
    guest: Api
    workspace: Json
    room: str

    def on(self, person: Api, node: int) -> Api:
        """That person on that node."""
        return Api(self.nodes[node].url, person.token, person.user)


async def pair_on(nodes: tuple[Talkoot, Talkoot]) -> Pair:
    owner, workspace = await set_up(nodes[0].url)
    guest = await join(owner, workspace["id"], "guest")
    rooms = await owner.get(f"/workspaces/{workspace['id']}/rooms")
    pair = Pair(nodes, owner, guest, workspace, rooms["items"][0]["id"])
    pair.guest = pair.on(guest, 1)
    await guest.close()
    return pair


@pytest_asyncio.fixture(scope="module")
async def installed(shared_two: tuple[Talkoot, Talkoot]) -> AsyncIterator[Pair]:
    made = await pair_on(shared_two)
    async with made.owner, made.guest:
        yield made


@pytest_asyncio.fixture
async def pair(installed: Pair) -> AsyncIterator[Pair]:
    """A guest and a room of the test's own, on servers that the tests share."""
    owner, workspace = installed.owner, installed.workspace["id"]
    name = f"guest{next(numbers)}"
    async with await join(owner, workspace, name) as here, installed.on(here, 1) as guest:
        room = (await owner.post(f"/workspaces/{workspace}/rooms", {"name": name}))["id"]
        await guest.post(f"/rooms/{room}/join", expect=204)
        yield replace(installed, guest=guest, room=room)


async def test_people_on_two_nodes_share_a_room(pair: Pair) -> None:
    async with await Socket.of(pair.owner) as here, await Socket.of(pair.guest) as there:
        for socket in (here, there):
            await socket.subscribe(pair.room)
        for number in range(3):
            for sender, other in ((here, there), (there, here)):
                ack = await sender.send(pair.room, f"number {number}")
                assert ack["op"] == "ack"
                own, heard = [
                    await socket.event("message.created", seq=ack["seq"]) for socket in (sender, other)
                ]
                assert own == heard
        await here.push(op="typing", room=pair.room)
        assert (await there.until(op="typing"))["user"] == pair.owner.user["id"]


async def test_two_who_send_posts_of_one_title_are_both_heard(pair: Pair) -> None:
    body = {"name": "Blog", "kind": "posts"}
    room = (await pair.owner.post(f"/workspaces/{pair.workspace['id']}/rooms", body))["id"]
    elsewhere = pair.on(pair.owner, 1)
    async with elsewhere:
        for number in range(15):
            new = {"title": f"Number {number}", "text": "Here"}
            sent = await asyncio.gather(
                *(writer.post(f"/rooms/{room}/messages", new) for writer in (pair.owner, elsewhere))
            )
            slugs = sorted(message["post"]["slug"] for message in sent)
            assert slugs == [f"number-{number}", f"number-{number}-2"]


async def test_nobody_answers_on_another_node_after_a_thread_was_closed(pair: Pair) -> None:
    closed: Json = {"allow": False, "principal": "authenticated", "permissions": ["room.post"]}
    async with await Socket.of(pair.guest) as there:
        await there.subscribe(pair.room)
        root = (await pair.owner.post(f"/rooms/{pair.room}/messages", {"text": "root"}))["id"]
        for _ in range(3):
            assert (await there.send(pair.room, "answer", thread=root))["op"] == "ack"
            await pair.owner.put(f"/messages/{root}/acl", {"items": [closed]})
            nack = await there.send(pair.room, "late", thread=root)
            assert (nack["op"], nack["code"]) == ("nack", "thread_closed")
            while (await there.event("thread.updated"))["body"].get("replies") != "closed":
                pass
            pages = [await person.get(f"/rooms/{pair.room}/messages") for person in (pair.owner, pair.guest)]
            assert [page["items"][-1]["replies"] for page in pages] == ["closed"] * 2
            assert pages[0] == pages[1]
            await pair.owner.put(f"/messages/{root}/acl", {"items": []})


async def test_what_concerns_one_person_comes_to_all_their_nodes(pair: Pair) -> None:
    async with pair.on(pair.guest, 0) as elsewhere, await Socket.of(pair.guest) as there:
        sent = await pair.owner.post(f"/rooms/{pair.room}/messages", {"text": "read this"})
        await elsewhere.put(f"/rooms/{pair.room}/read", {"seq": sent["seq"]})
        notice = await there.until(op="notice", kind="read")
        assert (notice["room"], notice["seq"], notice["unread"]) == (pair.room, sent["seq"], 0)
        made = await pair.owner.post(
            f"/workspaces/{pair.workspace['id']}/rooms", {"name": "closed", "kind": "private"}
        )
        member = f"/rooms/{made['id']}/members/{pair.guest.user['id']}"
        await pair.owner.put(member, {}, expect=204)
        assert (await there.until(op="notice", kind="room.joined"))["room"]["id"] == made["id"]
        await there.subscribe(made["id"])
        await pair.owner.delete(member)
        wanted = {("gone", None), ("notice", "room.left")}  # in either order
        while wanted:
            frame = await there.until(room=made["id"])
            wanted.discard((frame["op"], frame.get("kind")))


async def test_row_06_a_session_that_ends_on_one_node_ends_on_the_other_at_once(pair: Pair) -> None:
    async with pair.on(pair.guest, 0) as elsewhere, await Socket.of(pair.guest) as there:
        await pair.guest.get("/users/me")  # the second node remembers the session from now on
        await elsewhere.post("/auth/logout", expect=204)
        assert (await there.closed(5))[0] == 4401  # without the bus it would look after ten seconds
        assert (await pair.guest.ask("GET", "/users/me")).status_code == 401


async def test_without_redis_everything_is_still_acknowledged(two_on: Nodes, own_valkey: Valkey) -> None:
    pair = await pair_on(two_on(own_valkey))
    async with pair.owner, pair.guest, await Socket.of(pair.owner) as here:
        await here.subscribe(pair.room)
        own_valkey.kill()
        for number in range(5):
            ack = await here.send(pair.room, f"alone {number}")
            assert ack["op"] == "ack"
            await here.event("message.created", seq=ack["seq"])
        await until_connected(pair, 0)
        own_valkey.start()
        await until_connected(pair, 1)
        async with await Socket.of(pair.guest) as there:
            await there.subscribe(pair.room)
            ack = await here.send(pair.room, "together again")
            await there.event("message.created", seq=ack["seq"])


async def test_a_server_begins_without_a_redis_that_is_away(two_on: Nodes, own_valkey: Valkey) -> None:
    own_valkey.kill()
    pair = await pair_on(two_on(own_valkey))
    async with pair.owner, pair.guest:
        assert "this server begins without it" in pair.nodes[0].log
        own_valkey.start()
        await until_connected(pair, 1)


async def until_connected(pair: Pair, wanted: int) -> None:
    """Wait until both nodes say that they are, or are not, on the bus."""
    async with asyncio.timeout(PATIENCE), httpx2.AsyncClient() as client:
        for node in pair.nodes:
            said = ""
            while f"talkoot_bus_connected {wanted}.0" not in said:
                said = (await client.get(f"{node.url}/metrics")).text
                await asyncio.sleep(0.05)


async def test_who_is_there_is_known_on_all_nodes_and_told_at_once(pair: Pair) -> None:
    user = pair.guest.user["id"]
    async with await Socket.of(pair.owner) as here:
        assert (await here.ask(op="presence", users=[user]))["users"] == {user: "offline"}
        async with await Socket.of(pair.guest) as there, pair.on(pair.guest, 0) as second:
            assert (await here.until(op="presence"))["users"] == {user: "online"}
            async with await Socket.of(second) as near:
                for socket, how in ((there, "away"), (near, "away")):
                    assert (await socket.ask(op="presence", state=how))["op"] == "ok"
                assert (await here.until(op="presence"))["users"] == {user: "away"}
        assert (await here.until(op="presence"))["users"] == {user: "offline"}


async def test_row_13_a_ticket_works_once_on_all_nodes(pair: Pair) -> None:
    ticket = (await pair.owner.post("/ws-ticket", expect=200))["ticket"]
    async with await Socket.open(pair.nodes[1].url) as first, await Socket.open(pair.nodes[0].url) as again:
        await first.hello(ticket=ticket)
        await again.push(op="hello", ticket=ticket)
        assert (await again.closed())[0] == 4401


async def test_a_page_follows_an_edit_whose_text_is_gone(pair: Pair) -> None:
    path = f"/rooms/{pair.room}/messages"
    sent = await pair.owner.post(path, {"text": "first"})
    await pair.guest.get(path)
    await pair.owner.patch(f"/messages/{sent['id']}", {"text": "second"})
    await pair.owner.delete(f"/messages/{sent['id']}")
    assert await pair.guest.get(path) == await pair.owner.get(path)


async def test_who_is_banned_on_one_node_is_out_on_the_other(pair: Pair) -> None:
    """Rows 15 and 16: nothing that was sent after the ban was acknowledged reaches them by any way."""
    sanctions = f"/rooms/{pair.room}/sanctions/{pair.guest.user['id']}"
    async with await Socket.of(pair.guest) as there, await Socket.of(pair.owner) as here:
        await there.subscribe(pair.room)
        await pair.owner.put(f"{sanctions}/mute", {"reason": "noise"})
        assert (await there.send(pair.room, "x"))["code"] == "forbidden"
        await pair.owner.delete(f"{sanctions}/mute")
        await pair.owner.put(f"{sanctions}/ban", {"reason": "spam"})
        assert (await here.send(pair.room, "after"))["op"] == "ack"
        assert await pair.guest.refusal("GET", f"/rooms/{pair.room}/messages") == (404, "not_found")
        assert (await there.until(op="gone"))["room"] == pair.room
        assert (await there.send(pair.room, "x"))["code"] == "not_found"
        assert "after" not in [f["body"].get("text") for f in await there.settled() if f["op"] == "ev"]
        (mine,) = (await pair.guest.get("/users/me/sanctions"))["items"]
        await pair.guest.post("/users/me/appeals", {"sanction": mine["id"], "text": "Sorry."})


async def test_slow_mode_counts_what_was_sent_on_all_nodes(pair: Pair) -> None:
    await pair.owner.put(f"/rooms/{pair.room}/rules", {"slow_seconds": 600})
    async with pair.on(pair.guest, 0) as elsewhere:
        both = (pair.guest, elsewhere)
        sent = [person.ask("POST", f"/rooms/{pair.room}/messages", {"text": "x"}) for person in both * 3]
        answers = [answer.status_code for answer in await asyncio.gather(*sent)]
    assert sorted(answers) == [201, 429, 429, 429, 429, 429]
