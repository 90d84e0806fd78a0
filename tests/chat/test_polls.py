"""Polls: what is asked, who may vote, what is told of it, and of whom nobody is told."""

import asyncio
import time
import uuid
from typing import Any

from tests.clients import PATIENCE, Api, Json
from tests.job_rows import in_an_hour, rows
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

ASKED = {"question": "Where to eat?", "options": ["Noodles", "Soup", "Bread"]}


async def a_poll(workspace: Workspace, *people: Api, author: Api | None = None, **more: Any) -> Json:
    """A poll in a room of its own, in which these people are."""
    room = await workspace.room()
    for person in people:
        await person.post(f"/rooms/{room}/join", expect=204)
    body = {"poll": {**ASKED, **more}}
    said: Json = await (author or workspace.owner).post(f"/rooms/{room}/messages", body)
    return said


def at(message: Json, rest: str = "") -> str:
    return f"/messages/{message['id']}/poll{rest}"


async def vote(person: Api, message: Json, *options: int) -> Json:
    made: Json = await person.put(at(message, "/vote"), {"options": [*options]})
    return made


def counts(poll: Json) -> tuple[list[int], int]:
    return [option["votes"] for option in poll["options"]], poll["voters"]


async def shown(person: Api, message: Json) -> Json:
    """The poll, which is the same alone, by itself and on the page."""
    alone: Json = (await person.get(f"/messages/{message['id']}"))["poll"]
    page = (await person.get(f"/rooms/{message['room']}/messages"))["items"]
    assert [item["poll"] for item in page if item["id"] == message["id"]] == [alone]
    assert (await person.get(at(message)))["poll"] == alone
    return alone


async def told(person: Api, room: str) -> list[Json]:
    """The events of polls in the log of a room."""
    events = (await person.get(f"/rooms/{room}/events"))["events"]
    return [event for event in events if event["type"].startswith("poll.")]


async def test_votes_are_counted_and_told_as_they_come(workspace: Workspace, member: Api) -> None:
    owner, message = workspace.owner, await a_poll(workspace, member)
    assert (message["text"], counts(message["poll"])) == ("Where to eat?", ([0, 0, 0], 0))
    await shown(member, message)  # the page is remembered from here on, and follows the events
    socket = await workspace.socket(member, message["room"])
    elsewhere = await workspace.socket(member)
    answer = await socket.ask(op="vote", message=message["id"], options=[1])
    event = await socket.event("poll.voted")
    assert (answer["op"], answer["seq"], answer["dup"]) == ("ack", event["seq"], False)
    assert event["body"] == {"message": message["id"], "votes": [0, 1, 0], "voters": 1, "closed_at": None}
    assert event["sender"] is None
    assert (await elsewhere.until(op="notice", kind="vote"))["options"] == [1]
    again = await socket.ask(op="vote", message=message["id"], options=[1])
    assert (again["op"], again["seq"], again["dup"]) == ("ack", message["seq"], True)
    assert (await vote(owner, message, 1))["mine"] == [1]
    state = await vote(owner, message, 0)
    assert (state["mine"], counts(state["poll"])) == ([0], ([1, 1, 0], 2))
    assert counts(await shown(member, message)) == ([1, 1, 0], 2)
    people = (await owner.get(at(message, "/options/1/voters")))["items"]
    assert [each["id"] for each in people] == [member.user["id"]]
    assert (await socket.ask(op="unvote", message=message["id"]))["dup"] is False
    assert (await socket.ask(op="unvote", message=message["id"]))["dup"] is True
    assert counts(await shown(owner, message)) == ([1, 0, 0], 1)
    assert (await member.get(at(message)))["mine"] == []
    assert len(await told(member, message["room"])) == 4


async def test_several_options_are_one_voter(workspace: Workspace, member: Api) -> None:
    owner, message = workspace.owner, await a_poll(workspace, member, multiple=True)
    assert (await vote(member, message, 2, 0))["mine"] == [0, 2]
    await vote(owner, message, 2)
    assert counts(await shown(member, message)) == ([1, 0, 2], 2)
    await vote(member, message, 1, 2)
    assert counts(await shown(member, message)) == ([0, 1, 2], 2)
    first = await owner.get(at(message, "/options/2/voters"), limit=1)
    rest = await owner.get(at(message, "/options/2/voters"), limit=1, after=first["next"])
    ids = [each["id"] for page in (first, rest) for each in page["items"]]
    assert (ids, rest["next"]) == ([member.user["id"], owner.user["id"]], None)
    await member.call("DELETE", at(message, "/vote"))
    assert counts(await shown(member, message)) == ([0, 0, 1], 1)


async def test_voting_twice_at_once_counts_once(workspace: Workspace, member: Api) -> None:
    for anonymous in (False, True):
        message = await a_poll(workspace, member, anonymous=anonymous)
        wishes = [vote(member, message, number % 2) for number in range(8)]
        answers = await asyncio.gather(*wishes, vote(workspace.owner, message, 2))
        assert all(sum(counts(answer["poll"])[0]) <= 2 for answer in answers), anonymous
        votes, voters = counts(await shown(member, message))
        assert (sum(votes[:2]), votes[2], voters) == (1, 1, 2), anonymous
        (mine,) = (await member.get(at(message)))["mine"]
        assert votes[mine] == 1, anonymous


async def test_what_is_no_poll_and_no_vote_is_refused(workspace_sqlite: Workspace) -> None:
    workspace, owner = workspace_sqlite, workspace_sqlite.owner
    message = await a_poll(workspace)
    path = f"/rooms/{message['room']}/messages"
    wrong: list[Json] = [
        {**ASKED, "options": ["One"]},
        {**ASKED, "options": [f"Option {n}" for n in range(21)]},
        {**ASKED, "options": ["Same", "same "]},
        {**ASKED, "options": ["", "Two"]},
        {**ASKED, "options": ["x" * 201, "Two"]},
        {**ASKED, "question": " "},
        {**ASKED, "closes_at": "2020-01-01T00:00:00Z"},
        {**ASKED, "closes_at": "2999-01-01T00:00:00Z"},
        {**ASKED, "closes_at": "2020-01-01T00:00:00"},
    ]
    socket = await workspace.socket(owner)
    for poll in wrong:
        assert await owner.refusal("POST", path, {"text": "x", "poll": poll}) == (422, "invalid"), poll
        answer = await socket.send(message["room"], "", poll=poll)
        assert (answer["op"], answer["code"]) == ("nack", "invalid"), poll
    for options in ([3], [0, 1], [], [-1]):
        refused = await owner.refusal("PUT", at(message, "/vote"), {"options": options})
        assert refused == (422, "invalid"), options
        answer = await socket.ask(op="vote", message=message["id"], options=options)
        assert answer["code"] == "invalid", options
    plain = await owner.post(path, {"text": "No poll"})
    assert await owner.refusal("PUT", at(plain, "/vote"), {"options": [0]}) == (409, "no_poll")
    assert plain["poll"] is None
    blog = await workspace.room("blog", "posts")
    refused = await owner.refusal(
        "POST", f"/rooms/{blog}/messages", {"title": "T", "text": "x", "poll": ASKED}
    )
    assert refused == (422, "invalid")


async def test_a_retry_asks_once_and_only_the_same(workspace_sqlite: Workspace) -> None:
    workspace, owner = workspace_sqlite, workspace_sqlite.owner
    room, cid = await workspace.room(), str(uuid.uuid4())
    socket = await workspace.socket(owner)
    first = await socket.send(room, "", cid, poll=ASKED)
    again = await socket.send(room, "", cid, poll=ASKED)
    assert (first["op"], again["dup"], again["seq"]) == ("ack", True, first["seq"])
    body = {"cid": cid, "poll": {**ASKED, "anonymous": True}}
    assert await owner.refusal("POST", f"/rooms/{room}/messages", body) == (409, "conflict")
    assert (await owner.get(f"/messages/{first['id']}"))["poll"]["question"] == ASKED["question"]


async def test_nobody_is_told_who_voted_in_an_anonymous_poll(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    owner, message = workspace.owner, await a_poll(workspace, member, anonymous=True)
    socket = await workspace.socket(owner, message["room"])
    assert (await vote(member, message, 1))["mine"] == [1]
    event = await socket.event("poll.voted")
    me = member.user["id"]
    seen = [event, await owner.get(f"/messages/{message['id']}"), await owner.get(at(message))]
    assert not any(me in str(each) for each in [*seen, await told(owner, message["room"])])
    for person in (owner, member):
        refused = await person.refusal("GET", at(message, "/options/1/voters"))
        assert refused == (403, "anonymous_poll")
    id_ = uuid.UUID(message["id"])
    asked = "SELECT user_id, voter FROM poll_votes WHERE message_id = $1"
    ((user, voter),) = await rows(server, asked, id_)
    assert user is None
    assert voter not in {uuid.UUID(me), uuid.UUID(me).bytes}
    await vote(member, message, 2)
    await vote(owner, message, 2)
    assert counts(await shown(owner, message)) == ([0, 0, 2], 2)
    closed = await owner.post(at(message, "/close"), expect=200)
    assert closed["mine"] is None
    assert await rows(server, "SELECT 1 FROM poll_keys WHERE message_id = $1", id_) == []
    assert counts(await shown(member, message)) == ([0, 0, 2], 2)


async def test_where_nobody_knows_who_voted_no_vote_is_taken(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    message = await a_poll(workspace, member, anonymous=True)
    await vote(member, message, 1)
    # So it is after an import: the key is never taken along.
    await rows(server, "DELETE FROM poll_keys WHERE message_id = $1", uuid.UUID(message["id"]))
    refused = await member.refusal("PUT", at(message, "/vote"), {"options": [0]})
    assert refused == (409, "poll_elsewhere")
    assert counts(await shown(member, message)) == ([0, 1, 0], 1)


async def test_a_key_that_does_not_open_lets_nobody_vote_and_the_poll_close(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    other = await a_poll(workspace, anonymous=True)
    message = await a_poll(workspace, member, anonymous=True)
    await vote(member, message, 1)
    id_, taken = uuid.UUID(message["id"]), uuid.UUID(other["id"])
    ((theirs,),) = await rows(server, "SELECT key FROM poll_keys WHERE message_id = $1", taken)
    for key in (theirs, bytes(range(32))):  # that of another poll, and one that is not sealed
        await rows(server, "UPDATE poll_keys SET key = $1 WHERE message_id = $2", key, id_)
        for method, rest, body in (("GET", "", None), ("PUT", "/vote", {"options": [0]})):
            assert await member.refusal(method, at(message, rest), body) == (503, "unavailable"), rest
    assert counts((await member.get(f"/messages/{message['id']}"))["poll"]) == ([0, 1, 0], 1)
    closed = await workspace.owner.post(at(message, "/close"), expect=200)
    assert (closed["mine"], counts(closed["poll"])) == (None, ([0, 1, 0], 1))


async def test_its_author_and_moderators_close_it_for_good(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("voter")
    message = await a_poll(workspace, other)
    room = message["room"]
    await member.post(f"/rooms/{room}/join", expect=204)
    mine = await member.post(f"/rooms/{room}/messages", {"text": "Hungry?", "poll": ASKED})
    await vote(other, mine, 0)
    for poll, person in ((message, member), (mine, other)):
        assert await person.refusal("POST", at(poll, "/close")) == (403, "forbidden")
    socket = await workspace.socket(other, room)
    closed = await member.post(at(mine, "/close"), expect=200)
    event = await socket.event("poll.closed")
    assert event["sender"] == member.user["id"]
    assert event["body"]["closed_at"] == closed["poll"]["closed_at"] is not None
    assert (event["body"]["votes"], event["body"]["voters"]) == ([1, 0, 0], 1)
    again = await member.post(at(mine, "/close"), expect=200)
    assert again["poll"] == closed["poll"] == await shown(other, mine)
    for method, body in (("PUT", {"options": [1]}), ("DELETE", None)):
        assert await other.refusal(method, at(mine, "/vote"), body) == (409, "poll_closed")
    theirs = await member.post(f"/rooms/{room}/messages", {"poll": ASKED})
    await owner.post(at(theirs, "/close"), expect=200)
    acts = (await owner.get(f"/workspaces/{workspace.id}/audit"))["items"]
    assert [act["subject"] for act in acts if act["kind"] == "poll.closed"] == [theirs["id"]]


async def test_it_closes_when_its_time_has_come(workspace: Workspace, member: Api, server: Talkoot) -> None:
    message = await a_poll(workspace, member, closes_at=in_an_hour())
    await vote(member, message, 1)
    id_, ends = uuid.UUID(message["id"]), message["poll"]["closes_at"]
    passed = "2020-01-01T00:00:00.000000Z"
    await rows(server, "UPDATE messages SET poll = replace(poll, $1, $2) WHERE id = $3", ends, passed, id_)
    refused = await member.refusal("PUT", at(message, "/vote"), {"options": [0]})
    assert refused == (409, "poll_closed")  # whether the job has run or not
    past = time.time_ns() // 1000 - 1_000_000
    await rows(server, "UPDATE jobs SET due_at = $1 WHERE payload LIKE $2", past, f"%{message['id']}%")
    end = time.monotonic() + PATIENCE
    while (poll := (await member.get(at(message)))["poll"])["closed_at"] is None:
        assert time.monotonic() < end
        await asyncio.sleep(0.1)
    assert counts(poll) == ([0, 1, 0], 1)
    (*_, last) = await told(member, message["room"])
    assert (last["type"], last["sender"]) == ("poll.closed", None)


async def test_who_may_react_may_vote_and_others_take_theirs_back(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    owner, message = workspace.owner, await a_poll(workspace, member)
    await vote(member, message, 1)
    sanction = f"/rooms/{message['room']}/sanctions/{member.user['id']}/mute"
    await owner.put(sanction, {})
    assert await member.refusal("PUT", at(message, "/vote"), {"options": [0]}) == (403, "forbidden")
    said = await member.refusal("POST", f"/rooms/{message['room']}/messages", {"poll": ASKED})
    assert said == (403, "forbidden")
    assert (await member.call("DELETE", at(message, "/vote")))["mine"] == []
    await owner.delete(sanction)
    await vote(member, message, 2)
    for method, rest in (("GET", ""), ("PUT", "/vote"), ("DELETE", "/vote"), ("POST", "/close")):
        body = {"options": [0]} if method == "PUT" else None
        assert (await stranger.ask(method, at(message, rest), body)).status_code == 404, rest
    assert (await stranger.ask("GET", at(message, "/options/2/voters"))).status_code == 404
    await owner.delete(f"/rooms/{message['room']}/members/{member.user['id']}")
    assert counts(await shown(owner, message)) == ([0, 0, 1], 1), "who is removed has voted"


async def test_with_the_message_nothing_of_it_is_left(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    owner = workspace.owner
    for anonymous in (False, True):
        message = await a_poll(workspace, member, anonymous=anonymous)
        room = message["room"]
        quote = await owner.post(f"/rooms/{room}/messages", {"text": "See", "quote": message["id"]})
        assert (quote["quote"]["has_poll"], quote["quote"]["text"]) == (True, ASKED["question"])
        await vote(member, message, 1)
        await owner.patch(f"/messages/{message['id']}", {"text": "Another text"})
        assert counts(await shown(member, message)) == ([0, 1, 0], 1)
        await owner.delete(f"/messages/{message['id']}")
        assert (await owner.get(f"/messages/{message['id']}"))["poll"] is None
        page = (await member.get(f"/rooms/{room}/messages"))["items"]
        assert page[0]["poll"] is None
        empty = {"message": message["id"], "text": "", "thread": None, "deleted": True}
        assert [event["body"] for event in await told(member, room)] == [empty]
        assert "Noodles" not in str(await member.get(f"/rooms/{room}/events"))
        assert await member.refusal("GET", at(message)) == (404, "not_found")
        for table in ("poll_votes", "poll_keys"):
            statement = f"SELECT 1 FROM {table} WHERE message_id = $1"  # noqa: S608
            found = await rows(server, statement, uuid.UUID(message["id"]))
            assert found == [], table


async def test_moderators_see_it_first_where_its_options_ask_for_that(
    workspace_sqlite: Workspace,
) -> None:
    workspace, owner = workspace_sqlite, workspace_sqlite.owner
    member = await workspace.member()
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    await owner.put(f"/rooms/{room}/rules", {"hold_words": ["noodles"]})
    held = await member.post(f"/rooms/{room}/messages", {"poll": ASKED}, expect=202)
    (waiting,) = (await owner.get(f"/rooms/{room}/held"))["items"]
    assert (waiting["id"], waiting["poll"]["question"]) == (held["id"], ASKED["question"])
    assert (await member.get(f"/rooms/{room}/messages"))["items"] == []
    let = await owner.post(f"/rooms/{room}/held/{held['id']}/approve", expect=200)
    message = await member.get(f"/messages/{let['message']}")
    assert (await vote(member, message, 0))["poll"]["voters"] == 1
    assert let["poll"] is None, "it stands in the room now"


async def test_a_held_poll_whose_time_is_over_is_not_let_through(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    owner, room = workspace.owner, await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    await owner.put(f"/rooms/{room}/rules", {"hold_words": ["noodles"]})
    asked = {"poll": {**ASKED, "closes_at": in_an_hour()}}
    held = await member.post(f"/rooms/{room}/messages", asked, expect=202)
    (waiting,) = (await owner.get(f"/rooms/{room}/held"))["items"]
    ends, passed = waiting["poll"]["closes_at"], "2020-01-01T00:00:00.000000Z"
    which = uuid.UUID(held["id"])
    await rows(
        server, "UPDATE held_messages SET poll = replace(poll, $1, $2) WHERE id = $3", ends, passed, which
    )
    approve = f"/rooms/{room}/held/{held['id']}/approve"
    assert await owner.refusal("POST", approve, {}) == (409, "poll_over")
    assert (await member.get(f"/rooms/{room}/messages"))["items"] == []
    assert [each["state"] for each in (await owner.get(f"/rooms/{room}/held"))["items"]] == ["waiting"]
    await rows(
        server, "UPDATE held_messages SET poll = replace(poll, $1, $2) WHERE id = $3", passed, ends, which
    )
    let = await owner.post(approve, expect=200)
    assert (await member.get(f"/messages/{let['message']}/poll"))["poll"]["closed_at"] is None


async def test_polls_stand_in_threads_too(workspace_sqlite: Workspace) -> None:
    workspace, owner = workspace_sqlite, workspace_sqlite.owner
    member = await workspace.member()
    message = await a_poll(workspace, member)
    body = {"poll": ASKED, "thread": message["id"]}
    reply = await member.post(f"/rooms/{message['room']}/messages", body)
    await vote(owner, reply, 2)
    thread = (await member.get(f"/messages/{message['id']}/thread"))["items"]
    assert [counts(item["poll"]) for item in thread] == [([0, 0, 0], 0), ([0, 0, 1], 1)]
    closed = {
        "allow": False,
        "principal": "authenticated",
        "principal_id": None,
        "permissions": ["room.post"],
    }
    await owner.put(f"/messages/{message['id']}/acl", {"items": [closed]})
    assert await member.refusal("POST", f"/rooms/{message['room']}/messages", body) == (403, "thread_closed")
    assert (await vote(member, reply, 0))["poll"]["voters"] == 2, "a vote is no answer"


async def test_who_is_muted_takes_a_vote_back_and_gives_none(workspace_sqlite: Workspace) -> None:
    owner, member = workspace_sqlite.owner, await workspace_sqlite.member()
    message = await a_poll(workspace_sqlite, member)
    await vote(member, message, 1)
    await owner.put(f"/rooms/{message['room']}/sanctions/{member.user['id']}/mute", {})
    await member.call("DELETE", at(message, "/vote"))
    assert counts(await shown(owner, message)) == ([0, 0, 0], 0)
    assert (await member.refusal("PUT", at(message, "/vote"), {"options": [0]}))[0] == 403
