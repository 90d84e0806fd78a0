"""What people show beside their names: statuses, and that they are not to be disturbed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.clients import Api, Json
from tests.job_rows import rows
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

MINE = "/users/me/status"
NOTHING = {"emoji": None, "text": None, "until": None, "quiet_until": None}


def in_a_day() -> str:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def card(person: Api) -> str:
    return f"/users/{person.user['id']}/status"


async def test_a_status_is_told_to_who_watches_and_read_by_colleagues(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    other, me = await workspace.member("other"), member.user["id"]
    watching, blind = await workspace.socket(other), await workspace.socket(workspace.owner)
    foreign = await workspace.socket(stranger)
    answer = await watching.ask(op="presence", users=[me, other.user["id"]])
    assert answer["statuses"] == {}
    assert (await foreign.ask(op="presence", users=[me]))["statuses"] == {}

    until = in_a_day()
    status = {"emoji": "🏖", "text": "  On   holiday ", "until": until}
    await member.put(MINE, status, expect=204)
    shown = {"emoji": "🏖️", "text": "On holiday", "until": until, "quiet_until": None}
    assert (await watching.until(op="notice", kind="status")) == {
        "op": "notice",
        "kind": "status",
        "user": me,
        "status": shown,
    }
    assert await other.get(card(member)) == await member.get(card(member)) == shown
    assert await stranger.refusal("GET", card(member)) == (404, "not_found")
    assert (await watching.ask(op="presence", users=[me]))["statuses"] == {me: shown}
    assert (await foreign.ask(op="presence", users=[me]))["statuses"] == {}

    await member.put(MINE, {"text": "Only words"}, expect=204)  # in place of the one before
    assert await other.get(card(member)) == NOTHING | {"text": "Only words"}
    await member.delete(MINE)
    await member.delete(MINE)
    told = [frame["status"] for frame in await watching.settled() if frame.get("kind") == "status"]
    assert told[-3:] == [NOTHING | {"text": "Only words"}, NOTHING, NOTHING]
    assert await other.get(card(member)) == NOTHING
    for socket in (blind, foreign):
        assert not [frame for frame in await socket.settled() if frame.get("kind") == "status"]


async def test_not_to_be_disturbed_is_shown_until_it_ends(workspace: Workspace, member: Api) -> None:
    watching, me, until = await workspace.socket(workspace.owner), member.user["id"], in_a_day()
    await watching.ask(op="presence", users=[me])
    await member.put(MINE, {"emoji": "🎧"}, expect=204)
    await member.patch("/notifications/settings", {"until": until}, expect=204)
    shown = NOTHING | {"emoji": "🎧", "quiet_until": until}
    assert (await watching.until(op="notice", kind="status", status=shown))["user"] == me
    # Hours of every day are nobody else's business.
    hours = {"begins": "22:00", "ends": "07:30"}
    await member.patch("/notifications/settings", {"hours": hours, "until": None}, expect=204)
    assert (await watching.until(op="notice", kind="status", status=NOTHING | {"emoji": "🎧"}))["user"] == me
    await member.patch("/notifications/settings", {"hours": None}, expect=204)
    kinds = [frame for frame in await watching.settled() if frame.get("kind") == "status"]
    assert len(kinds) == 3


async def test_what_has_ended_is_shown_no_more(workspace_sqlite: Workspace, shared_sqlite: Talkoot) -> None:
    workspace = workspace_sqlite
    owner, member = workspace.owner, await workspace.member()
    await member.put(MINE, {"text": "Back soon", "until": in_a_day()}, expect=204)
    await member.patch("/notifications/settings", {"until": in_a_day()}, expect=204)
    person = UUID(member.user["id"])
    for table in ("statuses", "quiet_times"):
        statement = f"UPDATE {table} SET until = 1 WHERE user_id = $1"  # noqa: S608
        await rows(shared_sqlite, statement, person)
    assert await owner.get(card(member)) == NOTHING
    socket = await workspace.socket(owner)
    assert (await socket.ask(op="presence", users=[member.user["id"]]))["statuses"] == {}
    await owner.delete(f"/workspaces/{workspace.id}/members/{person}/status")  # nothing is left to take
    assert (await owner.get(f"/workspaces/{workspace.id}/audit", kind="status.removed"))["items"] == []


@pytest.mark.parametrize(
    ("status", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " "}, "text"),
        ({"text": "x" * 101}, "text"),
        ({"text": "a\u202eb"}, "text"),
        ({"emoji": "no"}, "emoji"),
        ({"emoji": "🎧🎧"}, "emoji"),
        ({"emoji": ":nobody_made_it:"}, "emoji"),
        ({"text": "x", "until": "2001-01-01T00:00:00Z"}, "until"),
        ({"text": "x", "until": "2201-01-01T00:00:00Z"}, "until"),
        ({"text": "x", "until": "2201-01-01T00:00:00"}, "until"),
    ],
)
async def test_what_is_no_status_is_refused(owner_sqlite: Api, status: Json, field: str) -> None:
    answer = await owner_sqlite.ask("PUT", MINE, status)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_emoji_of_a_workspace_and_moderators(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    moderator = await workspace.member("moderator")
    seat = f"/workspaces/{workspace.id}/members/{moderator.user['id']}"
    await owner.put(seat, {"role": "moderator"}, expect=204)
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    await owner.post(f"/workspaces/{workspace.id}/emoji", {"name": "away_here", "picture": dot})
    await member.put(MINE, {"emoji": ":away_here:", "text": "Rude words"}, expect=204)
    taking = f"/workspaces/{workspace.id}/members/{member.user['id']}/status"
    assert (await other.get(card(member)))["emoji"] == ":away_here:"
    assert await other.refusal("DELETE", taking) == (403, "forbidden")
    own = f"/workspaces/{workspace.id}/members/{moderator.user['id']}/status"
    assert await moderator.refusal("DELETE", own) == (403, "forbidden")
    above = f"/workspaces/{workspace.id}/members/{owner.user['id']}/status"
    assert await moderator.refusal("DELETE", above) == (403, "forbidden")
    await moderator.delete(taking)
    assert await other.get(card(member)) == NOTHING
    await moderator.delete(taking)  # nothing to take, and nothing to write down
    (act,) = (await owner.get(f"/workspaces/{workspace.id}/audit", kind="status.removed"))["items"]
    assert (act["subject"], act["before"]) == (member.user["id"], None)
    assert not [word for word in ("Rude words", "away_here") if word in str(act)]
