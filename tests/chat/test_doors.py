"""What is refused has no effect and tells nothing; who may what where: security/test_matrix.py."""

import uuid
from typing import Any

import pytest

from tests.clients import Api, Json
from tests.workspaces import Workspace

ROOM = "/rooms/{room}"
MESSAGE = "/messages/{message}"
WORKSPACE = "/workspaces/{workspace}"
ENTRIES: Json = {"items": [{"allow": True, "principal": "everyone", "permissions": ["room.read"]}]}

# What stands behind a room.
ROOM_DOORS: list[tuple[str, str, Json | None]] = [
    ("GET", ROOM, None),
    ("PATCH", ROOM, {"topic": "mine now"}),
    ("DELETE", ROOM, None),
    ("POST", f"{ROOM}/join", None),
    ("POST", f"{ROOM}/leave", None),
    ("GET", f"{ROOM}/members", None),
    ("PUT", f"{ROOM}/members/{{user}}", None),
    ("DELETE", f"{ROOM}/members/{{user}}", None),
    ("GET", f"{ROOM}/messages", None),
    ("POST", f"{ROOM}/messages", {"text": "let me in"}),
    ("GET", f"{ROOM}/events", None),
    ("PUT", f"{ROOM}/read", {"seq": 1}),
    ("GET", "/{kind}/{resource}/acl", None),
    ("PUT", "/{kind}/{resource}/acl", ENTRIES),
    ("GET", "/{kind}/{resource}/acl/explain", None),
    ("GET", MESSAGE, None),
    ("PATCH", MESSAGE, {"text": "changed"}),
    ("DELETE", MESSAGE, None),
    ("GET", f"{MESSAGE}/thread", None),
]
# What stands behind a workspace.
WORKSPACE_DOORS: list[tuple[str, str, Json | None]] = [
    ("PATCH", WORKSPACE, {"name": "mine"}),
    ("GET", f"{WORKSPACE}/members", None),
    ("PUT", f"{WORKSPACE}/members/{{user}}", {"role": "owner"}),
    ("DELETE", f"{WORKSPACE}/members/{{user}}", None),
    ("GET", f"{WORKSPACE}/roles", None),
    ("GET", f"{WORKSPACE}/rooms", None),
    ("POST", f"{WORKSPACE}/rooms", {"name": "mine"}),
    ("POST", f"{WORKSPACE}/direct", {"users": ["{user}"]}),
    ("GET", f"{WORKSPACE}/categories", None),
    ("POST", f"{WORKSPACE}/categories", {"name": "mine"}),
    ("PUT", "/categories/{category}", {"name": "mine"}),
    ("GET", f"{WORKSPACE}/invites", None),
    ("POST", f"{WORKSPACE}/invites", {}),
    ("DELETE", f"{WORKSPACE}/invites/{{invite}}", None),
    ("GET", "/search", None),
]
DOORS = ROOM_DOORS + WORKSPACE_DOORS


async def ids_of(workspace: Workspace, room: str) -> dict[str, str]:
    message = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "inside"})
    category = await workspace.owner.post(f"/workspaces/{workspace.id}/categories", {"name": "Inside"})
    invite = await workspace.owner.post(f"/workspaces/{workspace.id}/invites")
    return {
        "workspace": workspace.id,
        "room": room,
        "message": message["id"],
        "category": category["id"],
        "invite": invite["id"],
        "user": workspace.owner.user["id"],
        "kind": "rooms",
        "resource": room,
    }


def filled_in(body: Json | None, ids: dict[str, str]) -> Json | None:
    if body is None or "users" not in body:
        return body
    return {"users": [ids["user"]]}


def asked_of(path: str, ids: dict[str, str]) -> dict[str, str]:
    if path == "/search":
        return {"q": "inside", "workspace": ids["workspace"]}
    return {"user": ids["user"], "permission": "room.read"} if path.endswith("/explain") else {}


async def answers(person: Api, doors: list[tuple[str, str, Json | None]], ids: dict[str, str]) -> list[Any]:
    found = []
    for method, path, body in doors:
        query = asked_of(path, ids)
        answer = await person.ask(method, path.format(**ids), filled_in(body, ids), **query)
        found.append((f"{method} {path}", answer.status_code, answer.json() if answer.content else None))
    return found


def statuses(found: list[Any]) -> dict[str, int]:
    return {door: status for door, status, _ in found}


def all_with(status: int, doors: list[tuple[str, str, Json | None]]) -> dict[str, int]:
    return {f"{method} {path}": status for method, path, _ in doors}


async def snapshot(workspace: Workspace, room: str) -> Any:
    """Everything that a side effect could have changed."""
    owner, base = workspace.owner, f"/workspaces/{workspace.id}"
    return [
        await owner.get(f"/rooms/{room}/events"),
        await owner.get(f"/rooms/{room}/members"),
        await owner.get(f"/rooms/{room}"),
        *[await owner.get(f"{base}/{what}") for what in ("rooms", "members", "categories", "invites")],
    ]


@pytest.mark.parametrize("kind", ["public", "private"])
async def test_row_20_a_stranger_finds_nothing_anywhere(
    workspace: Workspace, stranger: Api, kind: str
) -> None:
    room = await workspace.room(kind=kind)
    ids = await ids_of(workspace, room)
    before = await snapshot(workspace, room)
    assert statuses(await answers(stranger, DOORS, ids)) == all_with(404, DOORS)
    assert await snapshot(workspace, room) == before


async def test_a_member_of_the_workspace_finds_nothing_in_a_private_room(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room(kind="private")
    ids = await ids_of(workspace, room)
    before = await snapshot(workspace, room)
    assert statuses(await answers(member, ROOM_DOORS, ids)) == all_with(404, ROOM_DOORS)
    assert await snapshot(workspace, room) == before
    assert room not in [
        item["id"] for item in (await member.get(f"/workspaces/{workspace.id}/rooms"))["items"]
    ]


async def test_row_21_what_is_hidden_answers_like_what_does_not_exist(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room(kind="private")
    ids = await ids_of(workspace, room)
    made_up = {name: str(uuid.uuid4()) for name in ids} | {"kind": "rooms"}
    hidden, missing = await answers(member, ROOM_DOORS, ids), await answers(member, ROOM_DOORS, made_up)
    assert hidden == missing


async def test_row_21_direct_rooms_do_not_tell_who_is_on_the_server(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    path = f"/workspaces/{workspace.id}/direct"
    there = await member.ask("POST", path, {"users": [stranger.user["id"]]})
    nowhere = await member.ask("POST", path, {"users": [str(uuid.uuid4())]})
    assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json())
    assert there.status_code == 422


async def test_row_21_people_are_known_to_those_who_share_a_workspace_only(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    assert (await member.get(f"/users/{workspace.owner.user['id']}"))["username"] == "owner"
    hidden = await member.ask("GET", f"/users/{stranger.user['id']}")
    nowhere = await member.ask("GET", f"/users/{uuid.uuid4()}")
    assert (hidden.status_code, hidden.json()) == (nowhere.status_code, nowhere.json())
    assert hidden.status_code == 404


async def test_nobody_is_asked_to_sign_in(workspace: Workspace) -> None:
    room = await workspace.room()
    ids = await ids_of(workspace, room)
    async with Api(workspace.owner.url) as nobody:
        assert statuses(await answers(nobody, DOORS, ids)) == all_with(401, DOORS)
        for method, path in [("GET", "/workspaces"), ("POST", "/workspaces"), ("GET", "/unreads")]:
            assert await nobody.refusal(method, path) == (401, "not_authenticated")
        assert await nobody.refusal("POST", "/ws-ticket") == (401, "not_authenticated")
        assert await nobody.refusal("GET", "/users/me") == (401, "not_authenticated")


SOCKET_DOORS: list[Json] = [
    {"op": "sub", "rooms": [{"room": "{room}"}]},
    {"op": "sub", "rooms": [{"room": "{room}", "since": 0}]},
    {"op": "send", "room": "{room}", "text": "x", "cid": "{cid}"},
    {"op": "send", "room": "{room}", "text": "x", "cid": "{cid}", "thread": "{message}"},
    {"op": "edit", "message": "{message}", "text": "changed"},
    {"op": "delete", "message": "{message}"},
    {"op": "read", "room": "{room}", "seq": 1},
    {"op": "typing", "room": "{room}"},
]


def with_ids(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: with_ids(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [with_ids(item, ids) for item in value]
    return value.format(**ids) if isinstance(value, str) else value


async def test_row_20_the_socket_has_the_same_doors(workspace: Workspace, member: Api, stranger: Api) -> None:
    private, public = await workspace.room(kind="private"), await workspace.room()
    for person, room in [(member, private), (stranger, private), (stranger, public)]:
        ids = await ids_of(workspace, room)
        before = await snapshot(workspace, room)
        socket = await workspace.socket(person)
        for door in SOCKET_DOORS:
            answer = await socket.ask(**with_ids(door, ids | {"cid": str(uuid.uuid4())}))
            assert (answer["op"], answer["code"]) in {("nack", "not_found"), ("error", "not_found")}, door
            assert not answer["retryable"]
        await workspace.owner.post(f"/rooms/{room}/messages", {"text": "secret"})
        assert (await socket.settled())[1:] == []  # nothing but the welcome
        after = await snapshot(workspace, room)
        assert after[1:2] == before[1:2]
        assert [event["body"].get("text") for event in after[0]["events"]][-1] == "secret"
        assert len(after[0]["events"]) == len(before[0]["events"]) + 1
