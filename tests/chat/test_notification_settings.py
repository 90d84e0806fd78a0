"""What people want to be told of: levels, words, and when they do not want to be disturbed."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from talkoot.chat.notifications.keywords import stands_in
from talkoot.chat.notifications.models import QuietTime
from talkoot.chat.notifications.quiet import is_quiet
from tests.chat.inboxes import inbox, told, whys
from tests.chat.test_notifications import a_room, name, say
from tests.clients import Api
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def test_levels_of_a_room_and_its_workspace(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    room = await a_room(workspace, member, other)
    everywhere, here = f"/workspaces/{workspace.id}/notifications", f"/rooms/{room}/notifications"
    await say(owner, room, "To nobody")
    await other.put(everywhere, {"level": "all"}, expect=204)
    first = await say(owner, room, "To who wants all")
    assert [item["kind"] for item in await told(other, first)] == ["message"]
    assert (await inbox(member))["items"] == []

    await other.put(here, {"level": "mentions"}, expect=204)
    await member.put(here, {"level": "all"}, expect=204)
    second = await say(owner, room, "To the other one")
    await told(member, second)
    await other.put(here, {"level": "nothing"}, expect=204)
    await member.put(here, {"level": "all", "muted": True}, expect=204)
    third = await workspace.member("third")
    await third.post(f"/rooms/{room}/join", expect=204)
    both = await say(owner, room, f"{name(member)} {name(other)} {name(third)}")
    await told(third, both)  # in one transaction with all who were told
    assert [await whys(person) for person in (member, other)] == [
        [("message", "To the other one")],
        [("message", "To who wants all")],
    ]
    await member.put(here, {}, expect=204)
    again = await say(owner, room, f"{name(member)} again")
    await told(member, second, again)


async def test_a_direct_room_tells_unless_it_is_muted_itself(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    users = [member.user["id"], other.user["id"]]
    direct = (await owner.post(f"/workspaces/{workspace.id}/direct", {"users": users}))["id"]
    await member.put(f"/workspaces/{workspace.id}/notifications", {"level": "mentions"}, expect=204)
    await other.put(f"/rooms/{direct}/notifications", {"muted": True}, expect=204)
    first = await say(owner, direct, "First")
    await told(member, first)
    assert (await inbox(other))["items"] == []
    await other.put(f"/rooms/{direct}/notifications", {}, expect=204)
    second = await say(owner, direct, "Second")
    await told(other, second)


async def test_words_that_somebody_waits_for(workspace: Workspace, member: Api, stranger: Api) -> None:
    owner, outside = workspace.owner, await workspace.member("outside")
    room = await a_room(workspace, member)
    where = f"/workspaces/{workspace.id}/notifications"
    for person in (member, outside):
        await person.put(where, {"keywords": [" Deploy ", "release  train", "deploy"]}, expect=204)
    kept = (await member.get("/notifications/settings"))["workspaces"]
    assert kept == [{"workspace": workspace.id, "level": "mentions", "keywords": ["deploy", "release train"]}]
    await say(owner, room, "redeployment is another word")
    first = await say(owner, room, "The DEPLOY is done")
    second = await say(owner, room, "On the release\ntrain")
    assert {item["kind"] for item in await told(member, first, second)} == {"keyword"}
    assert (await inbox(outside))["items"] == []  # it is not a room of theirs
    await stranger.put(where, {"keywords": ["deploy"]}, expect=404)
    await member.call("PUT", where, {"keywords": ["x" * 51]}, expect=422)
    await member.call("PUT", where, {"keywords": [f"word {number}" for number in range(26)]}, expect=422)


async def test_words_are_looked_at_in_slices_and_nobody_is_passed_over(
    workspace_sqlite: Workspace, shared_sqlite: Talkoot
) -> None:
    workspace = workspace_sqlite
    owner, last = workspace.owner, await workspace.member()
    room = await a_room(workspace, last)
    where = f"/workspaces/{workspace.id}/notifications"
    await last.put(where, {"keywords": ["deploy"]}, expect=204)
    before = [UUID(int=number).bytes for number in range(1, 1002)]  # two slices and one, none of whom waits
    here, node = UUID(room).bytes, UUID(workspace.id).bytes
    with closing(sqlite3.connect(shared_sqlite.data / "talkoot.db", timeout=30)) as database:
        with database:
            database.executemany(
                "INSERT INTO memberships (resource_id, user_id, joined_at) VALUES (?, ?, 0)",
                [(here, user) for user in before],
            )
            database.executemany(
                "INSERT INTO notification_levels (user_id, resource_id, workspace_id, keywords)"
                " VALUES (?, ?, ?, 'another')",
                [(user, node, node) for user in before],
            )
        try:
            first = await say(owner, room, "The deploy is done")
            assert [item["kind"] for item in await told(last, first)] == ["keyword"]
        finally:
            with database:
                for table, place in (("memberships", here), ("notification_levels", node)):
                    database.execute(
                        f"DELETE FROM {table} WHERE user_id < ? AND resource_id = ?",  # noqa: S608
                        (UUID(int=1002).bytes, place),
                    )


async def test_settings_are_kept_and_told_to_other_devices(workspace: Workspace, member: Api) -> None:
    room, socket = await a_room(workspace, member), await workspace.socket(member)
    everywhere = {"replies": True, "reactions": "here"}
    nothing = {"quiet": {"until": None, "hours": None}, **everywhere, "workspaces": [], "rooms": []}
    assert await member.get("/notifications/settings") == nothing
    await member.put(f"/rooms/{room}/notifications", {"level": "all"}, expect=204)
    await socket.until(op="notice", kind="notifications.settings")
    hours = {"begins": "22:00", "ends": "07:30", "timezone": "Europe/Helsinki"}
    await member.patch("/notifications/settings", {"hours": hours}, expect=204)
    until = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    await member.patch("/notifications/settings", {"until": until.isoformat()}, expect=204)
    settings = await member.get("/notifications/settings")
    assert settings["rooms"] == [{"room": room, "level": "all", "muted": False}]
    assert settings["quiet"]["hours"] == hours
    assert datetime.fromisoformat(settings["quiet"]["until"]) == until
    message = await say(workspace.owner, room, f"Quietly, {name(member)}")
    assert (await socket.until(op="notice", kind="notified"))["quiet"] is True
    await told(member, message)
    await member.patch("/notifications/settings", {"until": None, "hours": None}, expect=204)
    assert (await member.get("/notifications/settings"))["quiet"] == nothing["quiet"]
    for wrong in ({"timezone": "Nowhere/At_All"}, {"begins": "24:00"}, {"ends": "22:00"}):
        answer = await member.ask("PATCH", "/notifications/settings", {"hours": hours | wrong})
        assert answer.status_code == 422, wrong
    private = await workspace.room(kind="private")
    await member.put(f"/rooms/{private}/notifications", {"level": "all"}, expect=404)


NOON = int(datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("begins", "ends", "timezone", "quiet"),
    [
        (11 * 60, 13 * 60, "UTC", True),
        (12 * 60, 13 * 60, "UTC", True),
        (11 * 60, 12 * 60, "UTC", False),
        (22 * 60, 7 * 60, "UTC", False),
        (22 * 60, 13 * 60, "UTC", True),
        (14 * 60, 15 * 60, "Europe/Berlin", True),  # two hours ahead in summer
        (14 * 60, 15 * 60, "Forgotten/Zone", False),
    ],
)
def test_quiet_hours_are_those_of_a_place(begins: int, ends: int, timezone: str, *, quiet: bool) -> None:
    assert is_quiet(QuietTime(until=None, begins=begins, ends=ends, timezone=timezone), NOON) is quiet


def test_quiet_until_a_moment_and_words() -> None:
    assert is_quiet(QuietTime(until=NOON + 1, begins=None, ends=None, timezone="UTC"), NOON)
    assert not is_quiet(QuietTime(until=NOON, begins=None, ends=None, timezone="UTC"), NOON)
    assert not is_quiet(None, NOON)
    assert stands_in("c++\nfoo bar", "learn C++!")
    assert not stands_in("foo bar", "foo. bar")
