"""What a browser is told of: what its owner may read, has not, and wants to hear of now."""

import asyncio
import uuid

from tests.clients import Api, Json
from tests.job_rows import put_job, rows
from tests.push.conftest import Place
from tests.workspaces import names

LEFT = "SELECT count(*) FROM jobs WHERE kind IN ('push.deliver', 'notifications.notify') AND state <> 'done'"


async def room_with(place: Place, *people: Api) -> Json:
    body = {"name": f"room{next(names)}", "kind": "private"}
    room: Json = await place.owner.post(f"/workspaces/{place.workspace}/rooms", body)
    for person in people:
        await place.owner.put(f"/rooms/{room['id']}/members/{person.user['id']}", expect=204)
    return room


async def settled(place: Place) -> None:
    """Until nobody is to be told of anything any more."""
    async with asyncio.timeout(30):
        while (await rows(place.talkoot, LEFT))[0][0]:  # noqa: ASYNC110 - the server does it
            await asyncio.sleep(0.02)


async def test_a_mention_says_who_wrote_what_and_where_or_only_that(either: Place) -> None:
    async with await either.member("grace") as grace, await either.member("ada") as ada:
        browser, _ = await either.subscribed(grace)
        async with await grace.sign_in(grace.user["username"]) as elsewhere:
            discreet, _ = await either.subscribed(elsewhere, text=False)
            room = await room_with(either, grace, ada)
            text = f"@{grace.user['username']}  look\nhere"
            said = await ada.post(f"/rooms/{room['id']}/messages", {"text": text})
            path = f"/r/{room['id']}/m/{said['id']}"
            assert await browser.message() == {
                "title": f"{ada.user['display_name']} in #{room['name']}",
                "body": f"@{grace.user['username']} look here",
                "url": path,
                "tag": room["id"],
            }
            told = await discreet.message()
            assert told == {**told, "body": "There is a message for you.", "title": "Talkoot", "url": path}
            (sent,) = browser.headers
            assert (sent["urgency"], len(sent["topic"])) == ("high", 32)
            await ada.post(f"/rooms/{room['id']}/messages", {"text": "For nobody"})
            await settled(either)
            assert (len(browser.told), len(discreet.told)) == (1, 1)


async def test_what_was_read_or_taken_away_meanwhile_is_not_told(place: Place) -> None:
    async with await place.member() as grace, await place.member() as ada:
        browser, made = await place.subscribed(grace)
        room = await room_with(place, grace, ada)
        told = {"text": f"@{grace.user['username']} secret"}
        said = await ada.post(f"/rooms/{room['id']}/messages", told)
        await browser.message()
        # The same job once more, as if the push service had been away: by then she has lost the room.
        (found,) = await rows(
            place.talkoot,
            "SELECT id FROM notifications WHERE message_id = $1 AND user_id = $2",
            *(uuid.UUID(said["id"]), uuid.UUID(grace.user["id"])),
        )
        await place.owner.delete(f"/rooms/{room['id']}/members/{grace.user['id']}")
        notification = uuid.UUID(bytes=found[0])
        await again(place, made["id"], str(notification))
        await grace.post(f"/push/subscriptions/{made['id']}/test", expect=204)
        assert (await browser.message(2))["tag"] == "trial"
        await settled(place)
        assert len(browser.told) == 2


async def again(place: Place, subscription: str, notification: str) -> None:
    payload = f'{{"subscription": "{subscription}", "notification": "{notification}"}}'
    await put_job(place.talkoot, kind="push.deliver", payload=payload)


async def test_who_does_not_want_to_be_disturbed_is_not(place: Place) -> None:
    async with await place.member() as grace, await place.member() as ada:
        browser, _ = await place.subscribed(grace)
        await grace.patch("/notifications/settings", {"until": "2100-01-01T00:00:00Z"}, expect=204)
        room = await room_with(place, grace, ada)
        text = {"text": f"@{grace.user['username']} hush"}
        await ada.post(f"/rooms/{room['id']}/messages", text)
        async with asyncio.timeout(30):
            while not (await grace.get("/notifications"))["items"]:  # noqa: ASYNC110 - a job does it
                await asyncio.sleep(0.02)
        await settled(place)
        assert browser.asked == 0
