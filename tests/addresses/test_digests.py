"""What waits for somebody who has not looked is mailed: once, late enough, and only what they may read."""

import asyncio
import json
import re
import uuid
from email.message import EmailMessage
from pathlib import Path

import pytest

from talkoot.chat.messages.spoilers import without_spoilers
from tests.addresses.conftest import HOME, Place
from tests.attachments import upload
from tests.chat import inboxes
from tests.clients import Api, Json, Socket
from tests.job_rows import put_job, rows
from tests.servers.post_office import text_of
from tests.workspaces import names

JOBS = "SELECT state, due_at, id FROM jobs WHERE kind = 'digests.mail' AND payload LIKE $1 ORDER BY id"
WAITING = "SELECT count(*) FROM digest_items WHERE user_id = $1"


async def direct(place: Place, one: Api, other: Api) -> str:
    body = {"users": [other.user["id"]]}
    made = await one.call("POST", f"/workspaces/{place.workspace}/direct", body, expect=201)
    return str(made["id"])


async def room_with(place: Place, *people: Api, kind: str = "private") -> Json:
    body = {"name": f"room{next(names)}", "kind": kind}
    room: Json = await place.owner.post(f"/workspaces/{place.workspace}/rooms", body)
    for person in people:
        await place.owner.put(f"/rooms/{room['id']}/members/{person.user['id']}", expect=204)
    return room


async def say(person: Api, room: str, text: str) -> Json:
    said: Json = await person.post(f"/rooms/{room}/messages", {"text": text})
    return said


async def waiting(place: Place, person: Api, number: int) -> None:
    """Until so many messages wait to be mailed."""
    async with asyncio.timeout(30):
        while (await rows(place.talkoot, WAITING, uuid.UUID(person.user["id"])))[0][0] != number:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def plan(place: Place, person: Api) -> tuple[str, int]:
    """How the newest plan for a letter stands, and when it is due."""
    found = await rows(place.talkoot, JOBS, f"%{person.user['id']}%")
    return (found[-1][0], found[-1][1]) if found else ("none", 0)


async def now_due(place: Place, person: Api) -> None:
    """As if the time had come for the letter; a job that is written wakes who does them."""
    await rows(
        place.talkoot,
        "UPDATE jobs SET due_at = 0 WHERE kind = 'digests.mail' AND state = 'ready' AND payload LIKE $1",
        f"%{person.user['id']}%",
    )
    async with place.nobody() as nobody:
        await nobody.post("/auth/password/forgot", {"login": "nobody-at-all"}, expect=204)


async def over(place: Place, person: Api) -> None:
    """Until nothing is planned any more; done jobs forget what they were given."""
    async with asyncio.timeout(30):
        while (await plan(place, person))[0] != "none":  # noqa: ASYNC110 - the server does it
            await asyncio.sleep(0.02)


def letters(place: Place, person: Api) -> list[EmailMessage]:
    """What was mailed to them after the letter that confirmed their address."""
    return place.post.to(person.user["email"])[1:]


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue("place" if request.param == "sqlite" else "place_postgresql")
    return found


async def test_what_was_not_read_comes_in_one_letter_by_rooms_and_a_press_ends_them(either: Place) -> None:
    place = either
    async with await place.member("grace") as grace, await place.member("ada", address=False) as ada:
        room = await room_with(place, grace, ada)
        first = await say(ada, room["id"], f"Look, @{grace.user['username']}: <b>*new*</b>")
        await say(ada, room["id"], "Nobody is meant by this")
        await say(ada, await direct(place, ada, grace), "Are you there?")
        await waiting(place, grace, 2)
        assert (await plan(place, grace))[0] == "ready"
        assert letters(place, grace) == []
        await now_due(place, grace)
        letter = await place.post.letter(grace.user["email"], 2)
        text = text_of(letter)
        assert letter["Subject"] == f"{ada.user['display_name']} wrote to you"
        assert f"#{room['name']}, First" in text
        assert f"Direct messages with {ada.user['display_name']}, First" in text
        assert f"{HOME}/r/{room['id']}/m/{first['id']}" in text
        assert "Are you there?" in text
        assert "Nobody is meant" not in text
        assert "<b>" not in text_of(letter, "html").partition("Look")[2].partition("</p>")[0].replace(
            "<b>", "", 0
        )
        await waiting(place, grace, 0)
        await over(place, grace)
        assert len(letters(place, grace)) == 1
        await unsubscribe(place, grace, letter)
        await say(ada, room["id"], f"Again, @{grace.user['username']}")
        await told(grace, 3)
        assert (await plan(place, grace))[0] == "none"


async def unsubscribe(place: Place, person: Api, letter: EmailMessage) -> None:
    """As a mail program does, and as somebody does who opens the link."""
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(rf"<{HOME}/api/v1(/letters/unsubscribe/(\S+))>", letter["List-Unsubscribe"])
    assert found
    async with place.nobody() as nobody:
        opened = await nobody.ask("GET", found[1])
        assert (opened.status_code, opened.headers["location"]) == (303, f"/unsubscribe#{found[2]}")
        assert (await person.get("/users/me/letters"))["messages"] is True
        wrong = found[1][:-4] + ("0000" if not found[1].endswith("0000") else "1111")
        assert await nobody.refusal("POST", wrong) == (404, "not_found")
        form = {"List-Unsubscribe": "One-Click"}
        pressed = await nobody.http.post(found[1], data=form)
        assert pressed.status_code == 204
    assert (await person.get("/users/me/letters"))["messages"] is False


async def told(person: Api, number: int) -> None:
    """Until they were told of so many messages on the page."""
    async with asyncio.timeout(30):
        while len((await person.get("/notifications"))["items"]) < number:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_what_was_read_or_taken_away_meanwhile_is_not_mailed(place: Place) -> None:
    async with await place.member() as grace, await place.member(address=False) as ada:
        read, lost, gone = [await room_with(place, grace, ada) for _ in range(3)]
        said = [
            await say(ada, room["id"], f"@{grace.user['username']} secret") for room in (read, lost, gone)
        ]
        await waiting(place, grace, 3)
        await grace.put(f"/rooms/{read['id']}/read", {"seq": said[0]["seq"]})
        await place.owner.delete(f"/rooms/{lost['id']}/members/{grace.user['id']}")
        await ada.delete(f"/messages/{said[2]['id']}")
        await now_due(place, grace)
        await over(place, grace)
        await waiting(place, grace, 0)
        assert letters(place, grace) == []


async def test_who_is_there_is_not_mailed_until_they_have_left(place: Place) -> None:
    async with await place.member() as grace, await place.member(address=False) as ada:
        room = await direct(place, ada, grace)
        async with await Socket.of(grace):
            await say(ada, room, "You see this")
            await waiting(place, grace, 1)
            _, first = await plan(place, grace)
            await now_due(place, grace)
            state, due = "none", 0
            async with asyncio.timeout(30):
                while state != "ready" or due in {0, first}:
                    state, due = await plan(place, grace)
                    await asyncio.sleep(0.02)
            assert due < first  # five minutes from now, and not fifteen
            assert letters(place, grace) == []
        async with asyncio.timeout(30):
            while not letters(place, grace):  # the server may still take her for being there
                await now_due(place, grace)
                await asyncio.sleep(0.1)
        assert "You see this" in text_of(letters(place, grace)[0])


async def test_at_once_is_at_once_and_nothing_is_nothing(place: Place) -> None:
    async with await place.member() as grace, await place.member(address=False) as ada:
        path, room = "/users/me/letters", await direct(place, ada, grace)
        everything = {"messages": True, "wait_minutes": 15, "moderation": False, "mail": True}
        assert await grace.get(path) == everything
        assert (await ada.get(path))["mail"] is False
        assert await grace.patch(path, {"wait_minutes": 0}) == {**everything, "wait_minutes": 0}
        assert await grace.refusal("PATCH", path, {"wait_minutes": 7}) == (422, "invalid")
        await say(ada, room, "At once")
        assert "At once" in text_of(await place.post.letter(grace.user["email"], 2))
        await over(place, grace)
        await grace.patch(path, {"wait_minutes": 1440})
        await say(ada, room, "Tomorrow")
        await waiting(place, grace, 1)
        await grace.patch(path, {"messages": False})
        await waiting(place, grace, 0)
        await now_due(place, grace)
        await over(place, grace)
        assert len(letters(place, grace)) == 1


async def test_a_moderator_is_mailed_what_waits_once(place: Place) -> None:
    async with await place.member("mod") as mod, await place.member(address=False) as ada:
        await place.owner.put(
            f"/workspaces/{place.workspace}/members/{mod.user['id']}", {"role": "moderator"}, expect=204
        )
        await mod.patch("/users/me/letters", {"moderation": True})
        room = await room_with(place, mod, ada)
        said = await say(place.owner, room["id"], "Something bad")
        await ada.post(f"/messages/{said['id']}/reports", {"reason": "spam", "text": ""})
        await look_at_queues(place)
        letter = await place.post.letter(mod.user["email"], 2)
        await look_at_queues(place)
        assert "First: 1 report." in text_of(letter)
        assert "Something bad" not in text_of(letter)
        assert len(letters(place, mod)) == 1


async def test_a_moderator_is_mailed_of_what_is_newer_than_a_hundred(place: Place) -> None:
    async with await place.member("mod") as mod, await place.member(address=False) as ada:
        await place.owner.put(
            f"/workspaces/{place.workspace}/members/{mod.user['id']}", {"role": "moderator"}, expect=204
        )
        room = (await room_with(place, mod, ada))["id"]
        await place.owner.put(f"/rooms/{room}/rules", {"hold_all": True})
        for number in range(101):
            await ada.post(f"/rooms/{room}/messages", {"text": f"number {number}"}, expect=202)
        await mod.patch("/users/me/letters", {"moderation": True})
        await look_at_queues(place)
        assert "First: 101 held messages." in text_of(await place.post.letter(mod.user["email"], 2))
        await ada.post(f"/rooms/{room}/messages", {"text": "one more"}, expect=202)
        for _ in range(2):
            await look_at_queues(place)
        assert "First: 102 held messages." in text_of(await place.post.letter(mod.user["email"], 3))
        assert len(letters(place, mod)) == 2


async def test_a_letter_says_what_is_shown_and_keeps_what_is_hidden(place: Place) -> None:
    async with await place.member() as grace, await place.member(address=False) as ada:
        alone, room = await room_with(place, ada), await direct(place, ada, grace)
        blog = await room_with(place, grace, ada, kind="posts")
        await say(ada, room, "It was ||the *butler*||, in the end")
        original = await say(ada, alone["id"], "Passed on, ||but not this||")
        await ada.post(f"/rooms/{room}/messages", {"text": "", "quote": original["id"]})
        new = {"text": f"Look @{grace.user['username']}"}
        path = f"/rooms/{blog['id']}"
        await place.owner.post(f"{path}/messages", new | {"title": "On rain"})
        back = await place.owner.post(f"{path}/messages", new | {"title": "On snow"})
        laid = [(await upload(ada, room, name=name))["id"] for name in ("plan.txt", "sketch.txt")]
        await ada.post(f"/rooms/{room}/messages", {"attachments": laid})
        await waiting(place, grace, 5)
        await place.owner.post(f"{path}/posts/{back['post']['id']}/unpublish", expect=200)
        await now_due(place, grace)
        text = text_of(await place.post.letter(grace.user["email"], 2))
        assert "It was (spoiler), in the end" in text
        assert "(forwarded) Passed on, (spoiler)" in text
        assert f"On rain: {new['text']}" in text
        assert "(2 files: plan.txt, sketch.txt)" in text
        assert [word for word in ("butler", "but not", "snow", "(a message)") if word in text] == []


async def test_reactions_are_mailed_to_who_wants_that_alone(place: Place) -> None:
    async with await place.member() as grace, await place.member(address=False) as ada:
        room = (await room_with(place, grace, ada))["id"]
        message = await say(grace, room, "It is done")
        await ada.put(f"/messages/{message['id']}/reactions/👑", expect=204)
        await inboxes.told(grace, message)  # in the transaction that would have noted a letter
        await waiting(place, grace, 0)
        await grace.patch("/notifications/settings", {"reactions": "everywhere"}, expect=204)
        await ada.put(f"/messages/{message['id']}/reactions/🌹", expect=204)
        await waiting(place, grace, 1)
        await now_due(place, grace)
        letter = await place.post.letter(grace.user["email"], 2)
        assert letter["Subject"] == f"{ada.user['display_name']} reacted to what you wrote"
        assert "reacted to: It is done" in text_of(letter)


# The web client hides the same; its tests read these too.
SPOILERS = Path(__file__).parents[2] / "clients/web/src/lib/spoilers.json"


@pytest.mark.parametrize(("text", "shown"), json.loads(SPOILERS.read_text(encoding="utf-8")))
def test_what_is_hidden_is_hidden_out_of_its_place(text: str, shown: str) -> None:
    assert without_spoilers(text) == shown


async def look_at_queues(place: Place) -> None:
    """As it is done every quarter of an hour."""
    job = await put_job(place.talkoot, kind="digests.look_at_queues")
    async with place.nobody() as nobody:
        await nobody.post("/auth/password/forgot", {"login": "nobody-at-all"}, expect=204)
    left = "SELECT count(*) FROM jobs WHERE (id = $1 OR kind = 'digests.mail_queues') AND state <> 'done'"
    async with asyncio.timeout(30):
        while (await rows(place.talkoot, left, job))[0][0]:  # noqa: ASYNC110 - the server does it
            await asyncio.sleep(0.02)
