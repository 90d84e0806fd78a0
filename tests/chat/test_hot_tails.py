"""What is served from memory is what stands in the database, whatever was said and changed before."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.clients import Api, Json
from tests.examples import examples
from tests.workspaces import Workspace

STEPS = 80
EMOJI = ["%F0%9F%91%8D", "%E2%9D%A4", "%F0%9F%A6%8A"]


@dataclass
class Model:
    """The room as it has to be: the ids and positions of its timeline, and who wrote what."""

    room: str
    people: list[Api]
    dice: random.Random
    top: list[Json] = field(default_factory=list)
    replies: list[Json] = field(default_factory=list)

    async def step(self) -> None:
        person = self.dice.choice(self.people)
        kind = self.dice.choices(
            ["send", "reply", "edit", "delete", "react", "pin", "rename", "pass by"],
            [40, 15, 15, 10, 15, 10, 5, 5],
        )[0]
        if kind == "rename":
            await person.patch("/users/me", {"display_name": f"Name {self.dice.random()}"})
        elif kind == "pass by":
            visitor = self.people[-1]
            await visitor.post(f"/rooms/{self.room}/leave", expect=204)
            await visitor.post(f"/rooms/{self.room}/join", expect=204)
        elif kind == "send" or not self.top:
            self.top.append(await self.send(person))
        elif kind == "reply":
            self.replies.append(await self.send(person, thread=self.dice.choice(self.top)["id"]))
        elif kind in {"react", "pin"}:
            path = f"reactions/{self.dice.choice(EMOJI)}" if kind == "react" else "pin"
            message = self.dice.choice(self.top + self.replies)
            method = self.dice.choice(["PUT", "PUT", "DELETE"])
            answer = await person.ask(method, f"/messages/{message['id']}/{path}")
            assert answer.status_code in {204, 404}
        else:
            await self.change(kind, self.dice.choice(self.top + self.replies))

    async def send(self, person: Api, **more: str) -> Json:
        name = self.dice.choice([f"@{each.user['username']}" for each in self.people] + ["", "@room"])
        text = f'{self.dice.random()} é 🦊 {name} \n \\ " <'
        sent: Json = await person.post(f"/rooms/{self.room}/messages", {"text": text, **more})
        return sent

    async def change(self, kind: str, message: Json) -> None:
        author = next(person for person in self.people if person.user["id"] == message["sender"]["id"])
        path = f"/messages/{message['id']}"
        answer = await (
            author.ask("PATCH", path, {"text": f"edited {self.dice.random()}"})
            if kind == "edit"
            else author.ask("DELETE", path)
        )
        assert answer.status_code in {200, 204, 404}  # what was deleted can not be edited

    def query(self) -> dict[str, int]:
        limit = self.dice.choice([1, 2, 5, 50, 200])
        around = self.dice.choice(self.top)["seq"] + self.dice.choice([-1, 0, 1]) if self.top else 0
        which = self.dice.choice(["", "", "before", "after", "around"])
        return {"limit": limit, **({which: max(0, around)} if which else {})}

    def expected(self, query: dict[str, int]) -> list[int]:
        seqs, limit = [message["seq"] for message in self.top], query["limit"]
        if "after" in query:
            return [seq for seq in seqs if seq > query["after"]][:limit]
        if "around" in query:
            older = [seq for seq in seqs if seq < query["around"]]
            newer = [seq for seq in seqs if seq >= query["around"]]
            return older[len(older) - min(len(older), limit // 2) :] + newer[: limit - limit // 2]
        return [seq for seq in seqs if seq < query.get("before", 10**9)][-limit:]


@pytest.mark.parametrize("seed", range(examples(1)))
async def test_pages_are_what_the_messages_are(workspace: Workspace, seed: int) -> None:
    people = [await workspace.member() for _ in range(3)]
    room = await workspace.room()
    for person in people:
        await person.post(f"/rooms/{room}/join", expect=204)
    model = Model(room, people, random.Random(seed))
    reader = people[0]
    for _ in range(STEPS):
        await model.step()
        query = model.query()
        page = await reader.get(f"/rooms/{room}/messages", **query)
        assert [item["seq"] for item in page["items"]] == model.expected(query), query
        for item in model.dice.sample(page["items"], min(4, len(page["items"]))):
            assert item == await reader.get(f"/messages/{item['id']}")  # never from memory
    page = await reader.get(f"/rooms/{room}/messages", limit=200)
    assert page["items"] == [await reader.get(f"/messages/{message['id']}") for message in model.top]


async def test_who_was_told_of_a_message_finds_it_although_everybody_writes(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    people = [workspace.owner, member]

    async def write(number: int) -> None:
        sent = await people[number % 2].post(f"/rooms/{room}/messages", {"text": str(number)})
        found = await people[1 - number % 2].get(f"/rooms/{room}/messages", limit=200)
        assert sent["id"] in [item["id"] for item in found["items"]]
        if number % 5 == 0:
            await people[number % 2].delete(f"/messages/{sent['id']}")
            found = await people[1 - number % 2].get(f"/rooms/{room}/messages", limit=200)
            assert [item["text"] for item in found["items"] if item["id"] == sent["id"]] == [""]

    await asyncio.gather(*(write(number) for number in range(60)))
    log = (await member.get(f"/rooms/{room}/events"))["events"]
    assert [event["seq"] for event in log] == [*range(1, len(log) + 1)]


async def test_a_tag_holds_until_anything_on_the_page_changes(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    path = f"/rooms/{room}/messages"
    first = await member.post(path, {"text": "first"})

    async def ask(tag: str = "") -> Any:
        answer = await workspace.owner.http.get(path, headers={"If-None-Match": tag})
        assert answer.headers["cache-control"] == "no-store"
        return answer

    tag = (await ask()).headers["etag"]
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: member.post(path, {"text": "second"}),
        lambda: member.post(path, {"text": "reply", "thread": first["id"]}),
        lambda: member.patch(f"/messages/{first['id']}", {"text": "edited"}),
        lambda: member.put(f"/messages/{first['id']}/reactions/{EMOJI[0]}", expect=204),
        lambda: member.put(f"/messages/{first['id']}/pin", expect=204),
        lambda: member.patch("/users/me", {"display_name": "Another"}),
        lambda: member.delete(f"/messages/{first['id']}"),
    ]
    for changing in changes:
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = await ask(known)
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        await changing()
        answer = await ask(tag)
        assert answer.status_code == 200
        assert answer.headers["etag"] != tag
        tag = answer.headers["etag"]


async def test_a_tag_opens_no_door(workspace: Workspace, member: Api, stranger: Api) -> None:
    room = await workspace.room(kind="private")
    path = f"/rooms/{room}/messages"
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    tag = {"If-None-Match": (await member.http.get(path)).headers["etag"]}
    assert (await member.http.get(path, headers=tag)).status_code == 304
    await workspace.owner.delete(f"/rooms/{room}/members/{member.user['id']}")
    for person in (member, stranger):
        assert (await person.http.get(path, headers=tag)).status_code == 404
