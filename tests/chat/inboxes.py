"""What a person was told of, as they look at it."""

import asyncio

from tests.clients import PATIENCE, Api, Json


async def inbox(person: Api, **query: object) -> Json:
    found: Json = await person.get("/notifications", **query)
    return found


async def told(person: Api, *messages: Json) -> list[Json]:
    """Their notifications, once they are of these messages and of no other, the newest message first.

    Jobs run beside each other: of two messages the second may be told first.
    """
    wanted = sorted(message["id"] for message in messages)
    async with asyncio.timeout(PATIENCE):
        while True:
            items: list[Json] = (await inbox(person))["items"]
            if sorted(item["message"]["id"] for item in items) == wanted:
                return sorted(items, key=lambda item: item["message"]["ts"], reverse=True)
            await asyncio.sleep(0.05)


async def whys(person: Api, workspace: str | None = None) -> list[tuple[str, str]]:
    """What they were told of and why, in this workspace only: the owner is in those of all tests."""
    items = (await inbox(person))["items"]
    here = [item for item in items if workspace in {None, item["workspace"]}]
    return [(item["kind"], item["message"]["text"]) for item in here]
