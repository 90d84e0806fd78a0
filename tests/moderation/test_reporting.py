"""Reports: who is told of them, what is done about them, and what of them is left."""

import asyncio
import uuid

from tests.clients import Api, Json, join, set_up
from tests.conftest import Serve
from tests.workspaces import Workspace

SPAM = {"reason": "spam", "text": "again and again"}


async def moderator_in(workspace: Workspace) -> Api:
    moderator = await workspace.member("moderator")
    at = f"/workspaces/{workspace.id}/members/{moderator.user['id']}"
    await workspace.owner.put(at, {"role": "moderator"}, expect=204)
    return moderator


async def reported(by: Api, workspace: Workspace, state: str = "open") -> list[Json]:
    return list((await by.get(f"/workspaces/{workspace.id}/reports", state=state))["items"])


async def close(by: Api, workspace: Workspace, case: Json, *actions: str, **more: object) -> Json:
    path = f"/workspaces/{workspace.id}/reports/{case['id']}/close"
    done: Json = await by.post(path, {"actions": list(actions), **more}, expect=200)
    return done


async def test_reports_of_one_message_come_together_and_what_it_said_is_kept_until_they_are_closed(
    workspace: Workspace,
) -> None:
    owner, moderator = workspace.owner, await moderator_in(workspace)
    author, one, two = [await workspace.member() for _ in range(3)]
    room = await workspace.room()
    said = (await author.post(f"/rooms/{room}/messages", {"text": "rude"}))["id"]
    path = f"/messages/{said}/reports"
    assert await author.refusal("POST", path, SPAM) == (403, "forbidden")
    answers = await asyncio.gather(*(one.ask("POST", path, SPAM) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    await author.patch(f"/messages/{said}", {"text": "ruder"})
    mine = await two.post(path, {"reason": "harassment"})
    await author.delete(f"/messages/{said}")
    late = await moderator.refusal("POST", path, SPAM)
    assert late == (404, "not_found")
    socket = await workspace.socket(two)
    (case,) = await reported(owner, workspace)
    for person in (moderator, owner):
        assert await reported(person, workspace) == [case]
        assert (case["text"], case["now"], case["count"], case["room"]) == ("rude", "deleted", 2, room)
        assert [(each["reporter"]["id"], each["reason"], each["seen"]) for each in case["reports"]] == [
            (one.user["id"], "spam", None),
            (two.user["id"], "harassment", "ruder"),
        ]
    await _closes_once(workspace, case, (moderator, owner), (author, one))
    told = await socket.until(op="notice", kind="report")
    assert (told["report"], told["state"]) == (mine["id"], "handled")
    (own,) = (await two.get("/users/me/reports"))["items"]
    assert (own["id"], own["state"], own["user"]["id"]) == (mine["id"], "handled", author.user["id"])
    (muted,) = (await owner.get(f"/rooms/{room}/sanctions"))["items"]
    assert (muted["user"]["id"], muted["reason"]) == (author.user["id"], "no")
    (act,) = (await owner.get(f"/workspaces/{workspace.id}/audit", kind="report.acted_on"))["items"]
    assert (act["actor"], act["subject"], act["place"]) == (moderator.user["id"], author.user["id"], room)
    assert "rude" not in str(act)


async def _closes_once(
    workspace: Workspace, case: Json, by: tuple[Api, Api], others: tuple[Api, Api]
) -> None:
    """The first decides, the second is told the same; others know of nothing."""
    moderator, owner = by
    for person in others:
        assert await reported(person, workspace) == []
        closing = f"/workspaces/{workspace.id}/reports/{case['id']}/close"
        assert await person.refusal("POST", closing, {"actions": ["dismiss"]}) == (404, "not_found")
    done = await close(moderator, workspace, case, "delete", "mute", reason="no", expires_in=600)
    assert (done["state"], done["text"], done["outcome"]) == ("closed", None, ["delete", "mute"])
    assert [each["seen"] for each in done["reports"]] == [None, None]
    assert (await close(owner, workspace, case, "delete", "mute"))["closed_by"] == moderator.user["id"]
    otherwise = f"/workspaces/{workspace.id}/reports/{case['id']}/close"
    assert await owner.refusal("POST", otherwise, {"actions": ["dismiss"]}) == (409, "conflict")


async def test_what_is_held_after_a_report_is_out_of_the_room_until_it_is_approved(
    workspace_sqlite: Workspace,
) -> None:
    workspace = workspace_sqlite
    owner, author, reader = workspace.owner, await workspace.member(), await workspace.member()
    room = await workspace.room()
    said = (await author.post(f"/rooms/{room}/messages", {"text": "doubtful"}))["id"]
    await reader.post(f"/messages/{said}/reports", SPAM)
    (case,) = await reported(owner, workspace)
    await close(owner, workspace, case, "hold")
    assert (await reader.get(f"/messages/{said}"))["deleted"]
    assert "doubtful" not in str(await reader.get(f"/rooms/{room}/events"))
    (held,) = (await author.get(f"/rooms/{room}/held/mine"))["items"]
    assert (held["text"], held["state"], held["why"]) == ("doubtful", "waiting", ["report"])
    await owner.post(f"/rooms/{room}/held/{held['id']}/approve", expect=200)
    texts = [m["text"] for m in (await reader.get(f"/rooms/{room}/messages"))["items"] if not m["deleted"]]
    assert texts == ["doubtful"]
    assert await reported(owner, workspace) == []


async def test_row_25_of_a_direct_message_the_moderators_see_that_one_and_nothing_else(
    workspace: Workspace,
) -> None:
    owner, moderator = workspace.owner, await moderator_in(workspace)
    author, victim = await workspace.member(), await workspace.member()
    body = {"users": [author.user["id"]]}
    direct = (await victim.post(f"/workspaces/{workspace.id}/direct", body))["id"]
    await author.post(f"/rooms/{direct}/messages", {"text": "private"})
    said = (await author.post(f"/rooms/{direct}/messages", {"text": "threat"}))["id"]
    assert (await moderator.refusal("POST", f"/messages/{said}/reports", SPAM))[0] == 404
    await victim.post(f"/messages/{said}/reports", {"reason": "violence"})
    (case,) = await reported(moderator, workspace)
    assert (case["text"], case["room"], case["seq"]) == ("threat", None, None)
    closing = f"/workspaces/{workspace.id}/reports/{case['id']}/close"
    for action in ("delete", "hold"):
        assert (await moderator.refusal("POST", closing, {"actions": [action]}))[0] == 404
    assert (await moderator.refusal("GET", f"/rooms/{direct}"))[0] == 404
    await close(moderator, workspace, case, "ban", reason="a threat")
    assert (await author.refusal("GET", f"/rooms/{direct}"))[0] == 404
    (banned,) = (await owner.get(f"/workspaces/{workspace.id}/sanctions"))["items"]
    assert (banned["kind"], banned["user"]["id"]) == ("ban", author.user["id"])


async def test_who_alone_moderates_a_room_does_not_hear_of_reports_on_themselves(
    workspace_sqlite: Workspace,
) -> None:
    workspace = workspace_sqlite
    owner, maker, guest = workspace.owner, await workspace.member(), await workspace.member()
    at = f"/workspaces/{workspace.id}"
    room = (await maker.post(f"{at}/rooms", {"name": "den", "kind": "private"}))["id"]
    await maker.put(f"/rooms/{room}/members/{guest.user['id']}", expect=204)
    said = (await maker.post(f"/rooms/{room}/messages", {"text": "of the maker"}))["id"]
    other = (await guest.post(f"/rooms/{room}/messages", {"text": "of the guest"}))["id"]
    await guest.post(f"/messages/{said}/reports", SPAM)
    await maker.post(f"/messages/{other}/reports", SPAM)
    assert [case["text"] for case in await reported(maker, workspace)] == ["of the guest"]
    assert [case["text"] for case in await reported(owner, workspace)] == ["of the maker"]


async def test_people_are_reported_too_and_nobody_strange_or_oneself(workspace_sqlite: Workspace) -> None:
    """Row 20 of the requirements: nothing is told of people elsewhere."""
    workspace = workspace_sqlite
    owner, moderator = workspace.owner, await moderator_in(workspace)
    member, bad = await workspace.member(), await workspace.member()
    path = f"/workspaces/{workspace.id}/reports"
    await member.post(path, {"user": bad.user["id"], **SPAM})
    assert await member.refusal("POST", path, {"user": bad.user["id"], **SPAM}) == (409, "reported_already")
    assert (await member.refusal("POST", path, {"user": member.user["id"], **SPAM}))[0] == 403
    for unknown in (str(uuid.uuid4()), str(uuid.UUID(int=uuid.UUID(owner.user["id"]).int ^ 1))):
        assert (await member.refusal("POST", path, {"user": unknown, **SPAM}))[0] == 404
    wrong = {"user": bad.user["id"], "reason": "because"}
    assert (await member.refusal("POST", path, wrong))[0] == 422
    async with await Workspace.make(owner) as elsewhere:
        stranger = await elsewhere.member()
        assert (await member.refusal("POST", path, {"user": stranger.user["id"], **SPAM}))[0] == 404
        assert (await stranger.refusal("GET", path))[0] == 404
    (case,) = await reported(moderator, workspace)
    assert (case["message"], case["text"], case["user"]["id"]) == (None, None, bad.user["id"])
    closing = f"{path}/{case['id']}/close"
    for actions in (["delete"], ["dismiss", "ban"], []):
        assert (await moderator.refusal("POST", closing, {"actions": actions}))[0] == 422
    await close(moderator, workspace, case, "dismiss")
    await member.post(path, {"user": bad.user["id"], **SPAM})  # a new case
    assert len(await reported(moderator, workspace)) == len(await reported(moderator, workspace, "closed"))


async def test_nobody_reports_without_end(serve: Serve) -> None:
    talkoot = serve("sqlite", rate_limits="on")
    owner, workspace = await set_up(talkoot.url)
    async with owner, await join(owner, workspace["id"], "author") as author:
        body = {"user": author.user["id"], **SPAM}
        path = f"/workspaces/{workspace['id']}/reports"
        answers = [await owner.ask("POST", path, body) for _ in range(21)]
        assert {answer.status_code for answer in answers[:20]} == {201, 409}
        assert answers[20].status_code == 429
        assert int(answers[20].headers["retry-after"]) > 60
