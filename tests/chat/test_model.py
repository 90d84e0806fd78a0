"""A room against a small model: whatever is sent, edited, deleted, read and resumed (I3-I5, I12, I13)."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.clients import Api, Json, Socket, join, set_up
from tests.conftest import DATABASES, Database, Serve
from tests.examples import examples

T = TypeVar("T")
NAMES = "owner", "second"
MARKS = st.sampled_from(["", "", *(f"@{name} " for name in (*NAMES, "room", "here", "nobody"))])
Run = Callable[[Coroutine[Any, Any, T]], T]


@dataclass
class Sent:
    """A message as the model knows it."""

    id: str
    seq: int
    sender: int
    cid: str
    text: str
    root: "Sent | None" = None
    first_text: str = ""
    deleted: bool = False
    replies: int = 0
    reactions: dict[str, list[int]] = field(default_factory=dict)
    poll: Json | None = None
    votes: dict[int, set[int]] = field(default_factory=dict)  # of each person
    closed: bool = False

    def names(self, who: int) -> bool:
        """Whether it mentions one of the two, by somebody else."""
        return who != self.sender and any(mark in self.text for mark in ("@room", "@here", f"@{NAMES[who]}"))


@dataclass
class Follow:
    """How somebody stands to a thread, as the model knows it."""

    read: int
    marked: int | None = None
    followed: bool = True


def read_to(seq: int, read: int, marked: int | None) -> tuple[int, int | None]:
    """Position and mark after somebody has read up to here."""
    if seq >= read:
        return seq, None
    return read, seq + 1 if marked is not None and seq >= marked else marked


class Stage:
    """A server with two people, and a thread of its own for the loop that speaks to it."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.people: list[Api] = []
        self.sockets: list[Socket] = []
        self.run(self._enter(url))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _enter(self, url: str) -> None:
        owner, workspace = await set_up(url)
        self.workspace: str = workspace["id"]
        self.people = [owner, await join(owner, self.workspace, "second")]
        self.sockets = [await Socket.of(person) for person in self.people]

    async def room(self) -> str:
        body = {"name": f"Model {uuid.uuid4()}"}
        made = await self.people[0].post(f"/workspaces/{self.workspace}/rooms", body)
        await self.people[1].post(f"/rooms/{made['id']}/join", expect=204)
        for socket in self.sockets:
            await socket.subscribe(made["id"])
        return str(made["id"])

    def close(self) -> None:
        for socket in self.sockets:
            self.run(socket.close())
        for person in self.people:
            self.run(person.close())
        self.runner.close()


class RoomMachine(RuleBasedStateMachine):
    """One room, two people; the model is a list of messages and a list of types of events."""

    stage: Stage

    @initialize()
    def enter(self) -> None:
        self.room = self.run(self.stage.room())
        self.sent: list[Sent] = []
        self.types = ["member.joined", "member.joined"]
        self.read = [1, 2]  # positions of the two after they joined: each own joining
        self.marked: list[int | None] = [None, None]
        self.follows: dict[tuple[int, str], Follow] = {}  # by who, and the first message
        self.resumed: list[tuple[int, Socket]] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.stage.run(work)

    def pick(self, number: int, *, alive: bool = False) -> Sent | None:
        candidates = [sent for sent in self.sent if not (alive and sent.deleted)]
        return candidates[number % len(candidates)] if candidates else None

    @rule(
        who=st.integers(0, 1),
        text=st.text("abc é🦊\n", min_size=1, max_size=20),
        reply=st.none() | st.integers(0, 99),
        mark=MARKS,
    )
    def send(self, who: int, text: str, reply: int | None, mark: str) -> None:
        text = mark + text
        tops = [sent for sent in self.sent if sent.root is None]
        root = tops[reply % len(tops)] if tops and reply is not None else None
        cid = str(uuid.uuid4())
        more = {"thread": root.id} if root else {}
        answer = self.run(self.stage.sockets[who].send(self.room, text, cid, **more))
        if not text.strip():
            assert answer["code"] == "invalid"
            return
        self.types.append("message.created")
        assert (answer["op"], answer["seq"], answer["dup"]) == ("ack", len(self.types), False)
        self.sent.append(Sent(answer["id"], answer["seq"], who, cid, text, root, text))
        if root:
            root.replies += 1
            self.types.append("thread.updated")
            if root.sender != who:
                self.follows.setdefault((root.sender, root.id), Follow(root.seq))
            self.follows[who, root.id] = Follow(answer["seq"])

    @rule(who=st.integers(0, 1), multiple=st.booleans(), anonymous=st.booleans())
    def ask_all(self, who: int, *, multiple: bool, anonymous: bool) -> None:
        poll = {"question": "?!", "options": ["a", "b", "c"], "multiple": multiple, "anonymous": anonymous}
        cid = str(uuid.uuid4())
        answer = self.run(self.stage.sockets[who].send(self.room, "", cid, poll=poll))
        self.types.append("message.created")
        assert (answer["op"], answer["seq"], answer["dup"]) == ("ack", len(self.types), False)
        self.sent.append(Sent(answer["id"], answer["seq"], who, cid, "?!", None, "?!", poll=poll))

    @precondition(lambda self: any(sent.poll for sent in self.sent))
    @rule(who=st.integers(0, 1), number=st.integers(0, 99), options=st.sets(st.integers(0, 2), max_size=2))
    def vote(self, who: int, number: int, options: set[int]) -> None:
        polls = [sent for sent in self.sent if sent.poll]
        sent = polls[number % len(polls)]
        frame: Json = {"op": "vote", "options": [*options]} if options else {"op": "unvote"}
        answer = self.run(self.stage.sockets[who].ask(message=sent.id, **frame))
        if sent.deleted:
            assert answer["code"] == "not_found"
        elif sent.closed:
            assert answer["code"] == "poll_closed"
        elif sent.poll and len(options) > 1 and not sent.poll["multiple"]:
            assert answer["code"] == "invalid"
        else:
            assert (answer["op"], answer["dup"]) == ("ack", sent.votes.get(who, set()) == options)
            if not answer["dup"]:
                self.types.append("poll.voted")
                assert answer["seq"] == len(self.types)
            sent.votes[who] = options
        self.run(self._compare_poll(sent))

    @precondition(lambda self: any(sent.poll for sent in self.sent))
    @rule(who=st.integers(0, 1), number=st.integers(0, 99))
    def close_poll(self, who: int, number: int) -> None:
        polls = [sent for sent in self.sent if sent.poll]
        sent = polls[number % len(polls)]
        answer = self.run(self.stage.people[who].ask("POST", f"/messages/{sent.id}/poll/close"))
        if who == 1 and sent.sender == 0:
            assert answer.status_code == 403
        elif sent.deleted:
            assert answer.status_code == 404
        else:
            assert answer.status_code == 200
            self.types += [] if sent.closed else ["poll.closed"]
            sent.closed = True

    async def _compare_poll(self, sent: Sent) -> None:
        """What is shown is what the votes say, and each knows their own."""
        for who, person in enumerate(self.stage.people):
            if sent.deleted:
                assert (await person.get(f"/messages/{sent.id}"))["poll"] is None
                continue
            state = await person.get(f"/messages/{sent.id}/poll")
            assert tally(state["poll"]) == expected(sent)
            hidden = sent.closed and state["poll"]["anonymous"]
            assert state["mine"] == (None if hidden else sorted(sent.votes.get(who, set())))

    @precondition(lambda self: self.sent)
    @rule(number=st.integers(0, 99), other=st.booleans())
    def send_again(self, number: int, *, other: bool) -> None:
        sent = self.pick(number)
        assert sent
        more: Json = {"thread": sent.root.id} if sent.root else {}
        more |= {"poll": sent.poll} if sent.poll else {}
        text = sent.first_text + ("!" if other else "")
        answer = self.run(self.stage.sockets[sent.sender].send(self.room, text, sent.cid, **more))
        if other and not sent.deleted:  # what was deleted is not kept, not even to compare
            assert answer["code"] == "conflict"
        else:
            assert (answer["op"], answer["dup"], answer["seq"], answer["id"]) == (
                "ack",
                True,
                sent.seq,
                sent.id,
            )

    @precondition(lambda self: self.sent)
    @rule(
        who=st.integers(0, 1), number=st.integers(0, 99), text=st.sampled_from(["new", "newer"]), mark=MARKS
    )
    def edit(self, who: int, number: int, text: str, mark: str) -> None:
        text = mark + text
        sent = self.pick(number)
        assert sent
        answer = self.run(self.stage.sockets[who].ask(op="edit", message=sent.id, text=text))
        if who != sent.sender:
            assert answer["code"] == "forbidden"
        elif sent.deleted:
            assert answer["code"] == "not_found"
        else:
            self.types.append("message.updated")
            assert answer["seq"] == len(self.types)
            sent.text = text

    @precondition(lambda self: self.sent)
    @rule(who=st.integers(0, 1), number=st.integers(0, 99))
    def delete(self, who: int, number: int) -> None:
        sent = self.pick(number)
        assert sent
        answer = self.run(self.stage.sockets[who].ask(op="delete", message=sent.id))
        if who == 1 and sent.sender == 0:  # the owner moderates, the other does not
            assert answer["code"] == "forbidden"
            return
        assert (answer["op"], answer["dup"]) == ("ack", sent.deleted)
        if sent.deleted:
            return
        self.types.append("message.deleted")
        assert answer["seq"] == len(self.types)
        sent.deleted, sent.text, sent.reactions = True, "", {}
        if sent.root:
            sent.root.replies -= 1
            self.types.append("thread.updated")

    @precondition(lambda self: self.sent)
    @rule(who=st.integers(0, 1), number=st.integers(0, 99), emoji=st.sampled_from("👍🦊"), op=st.booleans())
    def react(self, who: int, number: int, emoji: str, *, op: bool) -> None:
        sent = self.pick(number)
        assert sent
        wanted = "react" if op else "unreact"
        answer = self.run(self.stage.sockets[who].ask(op=wanted, message=sent.id, emoji=emoji))
        if sent.deleted and op:
            assert answer["code"] == "not_found"
            return
        people = [] if sent.deleted else sent.reactions.setdefault(emoji, [])
        assert (answer["op"], answer["dup"]) == ("ack", (who in people) == op)
        if not answer["dup"]:
            (people.append if op else people.remove)(who)
            self.types.append("reaction.added" if op else "reaction.removed")
            assert answer["seq"] == len(self.types)
        if not people:
            sent.reactions.pop(emoji, None)

    @rule(who=st.integers(0, 1), share=st.floats(0, 1.2))
    def mark_read(self, who: int, share: float) -> None:
        seq = int(len(self.types) * share)
        answer = self.run(self.stage.sockets[who].ask(op="read", room=self.room, seq=seq))
        if seq > len(self.types):
            assert answer["code"] == "invalid"
        else:
            self.read[who], self.marked[who] = read_to(seq, self.read[who], self.marked[who])

    @rule(who=st.integers(0, 1), share=st.floats(0.01, 1.2))
    def mark_unread(self, who: int, share: float) -> None:
        seq = max(1, int(len(self.types) * share))
        answer = self.run(self.stage.people[who].ask("PUT", f"/rooms/{self.room}/unread", {"seq": seq}))
        assert answer.status_code == (422 if seq > len(self.types) else 200)
        if seq <= self.read[who]:
            self.marked[who] = seq

    @precondition(lambda self: self.sent)
    @rule(who=st.integers(0, 1), number=st.integers(0, 99), share=st.floats(0.01, 1), way=st.booleans())
    def move_in_thread(self, who: int, number: int, share: float, *, way: bool) -> None:
        tops = [sent for sent in self.sent if sent.root is None]
        root, seq = tops[number % len(tops)], max(1, int(len(self.types) * share))
        word = "read" if way else "unread"
        self.run(self.stage.people[who].put(f"/messages/{root.id}/thread/{word}", {"seq": seq}))
        at = self.follows.get((who, root.id))
        if at is not None and at.followed and way:
            at.read, at.marked = read_to(seq, at.read, at.marked)
        elif not way:
            if at is None or not at.followed:  # from here on, and then back to the mark
                at = self.follows[who, root.id] = Follow(max(len(self.types), at.read if at else 0))
            at.marked = seq if seq <= at.read else at.marked

    @precondition(lambda self: self.sent)
    @rule(who=st.integers(0, 1), number=st.integers(0, 99), way=st.booleans())
    def follow(self, who: int, number: int, *, way: bool) -> None:
        tops = [sent for sent in self.sent if sent.root is None]
        root = tops[number % len(tops)]
        path, person = f"/messages/{root.id}/follow", self.stage.people[who]
        self.run(person.put(path, {}) if way else person.delete(path))
        at = self.follows.get((who, root.id))
        if not (way and at is not None and at.followed):
            self.follows[who, root.id] = Follow(len(self.types), followed=way)

    @rule(who=st.integers(0, 1), share=st.floats(0, 1))
    def resume(self, who: int, share: float) -> None:
        since = int(len(self.types) * share)
        socket = self.run(Socket.of(self.stage.people[who]))
        answer = self.run(socket.subscribe(self.room, since=since))
        assert (answer[0]["head"], answer[0]["recovered"]) == (len(self.types), True)
        self.resumed.append((since, socket))

    @invariant()
    def unread_is_what_the_model_says(self) -> None:
        tops = [sent.seq for sent in self.sent if sent.root is None]
        for who, person in enumerate(self.stage.people):
            items = self.run(person.get("/unreads"))["items"]
            item = next(item for item in items if item["room"] == self.room)
            assert (item["read_seq"], item["marked"]) == (self.read[who], self.marked[who])
            begin = self.marked[who] or self.read[who] + 1
            assert item["unread"] == sum(seq >= begin for seq in tops)
            assert item["mentions"] == sum(sent.names(who) for sent in self.sent if sent.seq >= begin)
            self.run(self._compare_threads(who, person))

    async def _compare_threads(self, who: int, person: Api) -> None:
        items = (await person.get("/threads", limit=200))["items"]
        found = {item["message"]["id"]: item for item in items if item["message"]["room"] == self.room}
        expected = {
            top.id: at
            for top in self.sent
            if top.replies and (at := self.follows.get((who, top.id))) and at.followed
        }
        assert found.keys() == expected.keys()
        for root, at in expected.items():
            begin = at.marked or at.read + 1
            replies = [each for each in self.sent if each.root and each.root.id == root and not each.deleted]
            stands = found[root]["read_seq"], found[root]["marked"], found[root]["unread"]
            assert stands == (at.read, at.marked, sum(each.seq >= begin for each in replies))

    def teardown(self) -> None:
        if hasattr(self, "room"):
            self.run(self._compare())

    async def _compare(self) -> None:
        person = self.stage.people[1]
        page = await person.get(f"/rooms/{self.room}/messages", limit=200)
        tops = [sent for sent in self.sent if sent.root is None]
        assert [seen(item) for item in page["items"]] == [known(sent) for sent in tops]
        ids = [each.user["id"] for each in self.stage.people]
        assert [item["reactions"] for item in page["items"]] == [reactions(sent, ids) for sent in tops]
        polls = [item["poll"] and tally(item["poll"]) for item in page["items"]]
        assert polls == [expected(sent) if sent.poll and not sent.deleted else None for sent in tops]
        for top in tops[:3]:
            thread = await person.get(f"/messages/{top.id}/thread", limit=200)
            replies = [sent for sent in self.sent if sent.root is top]
            assert [seen(item) for item in thread["items"]] == [known(sent) for sent in [top, *replies]]
        log = (await person.get(f"/rooms/{self.room}/events"))["events"]
        assert [event["type"] for event in log] == self.types
        assert [event["seq"] for event in log] == [*range(1, len(log) + 1)]
        for socket in self.stage.sockets:
            assert places(await socket.settled(), self.room) == places(log[2:])
        for since, socket in self.resumed:
            assert places(await socket.settled(), self.room) == places(log[since:])
            await socket.close()


def seen(message: Json) -> tuple[Any, ...]:
    return (message["id"], message["seq"], message["text"], message["deleted"], message["reply_count"])


def known(sent: Sent) -> tuple[Any, ...]:
    return (sent.id, sent.seq, sent.text, sent.deleted, sent.replies)


def tally(poll: Json) -> Json:
    return {
        "votes": [option["votes"] for option in poll["options"]],
        "voters": poll["voters"],
        "closed": poll["closed_at"] is not None,
    }


def expected(sent: Sent) -> Json:
    given = [options for options in sent.votes.values() if options]
    return {
        "votes": [sum(number in options for options in given) for number in range(3)],
        "voters": len(given),
        "closed": sent.closed,
    }


def reactions(sent: Sent, ids: list[str]) -> list[Json]:
    return [
        {"emoji": emoji, "count": len(people), "users": [ids[who] for who in people]}
        for emoji, people in sent.reactions.items()
    ]


def places(events: list[Json], room: str | None = None) -> list[tuple[int, str, str]]:
    """What can not change about events: bodies of deleted messages are emptied later."""
    mine = [event for event in events if room is None or (event.get("op") == "ev" and event["room"] == room)]
    return [(event["seq"], event["id"], event["type"]) for event in mine]


@pytest.mark.parametrize("database", DATABASES)
def test_a_room_is_what_the_model_says(serve: Serve, database: Database) -> None:
    stage = Stage(serve(database).url)

    class Machine(RoomMachine):
        pass

    Machine.stage = stage
    try:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=examples(6),
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=[*HealthCheck],
            ),
        )
    finally:
        stage.close()
