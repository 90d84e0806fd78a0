"""Row 17: every operation of the table, over each of its transports, asked by everybody, everywhere."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import chain

import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed

from talkoot.chat.access.operations import TABLE, Operation
from tests.clients import Api, Json, Socket, join
from tests.security.asking import ASKS, FRAMES, Ask, Case, World, over_http, over_socket
from tests.security.model import (
    HELPER,
    ROLES,
    WORKSPACE,
    Node,
    Person,
    Token,
    answer,
    answer_to_token,
)
from tests.workspaces import Workspace

HAND = Person("hand", "owner", first=True, first_owner=True)
INSIDERS = [Person(role, role) for role in ROLES]
OUTSIDERS = [Person("outsider", first=True), Person("removed")]
NOBODY = Person("nobody", signed_in=False)
EVERYBODY = [*INSIDERS, *OUTSIDERS, NOBODY]
SPARE = Person("spare", "member")

ALL = {*ROLES, "removed", "hand", "spare"}
FEW = {"hand", "spare"}
SHELF = Node("category", entries=[("deny", "everyone", {"room.post", "rooms.create"})])
ROOMS = {
    "a public room": Node("public", members=ALL),
    "a private room": Node("private", members=ALL),
    "another private room": Node("private", members=FEW),
    "a direct room": Node("direct", members=ALL - {"removed", "spare"}),
    "another direct room": Node("direct", members=FEW),
    "an archived room": Node("public", members=ALL, archived=True),
    "a room that denies": Node(
        "public",
        members=ALL,
        entries=[
            ("deny", "role moderator", {"room.read"}),
            ("deny", "role member", {"room.post"}),
            ("deny", "user admin", {"access.manage", "room.manage"}),
        ],
    ),
    "a private room that allows": Node(
        "private",
        members=FEW,
        entries=[
            ("allow", "role member", {"room.read"}),
            ("allow", "role guest", {"room.read", "room.post"}),
            ("allow", "user admin", {"room.read", "room.invite"}),
        ],
    ),
    "a room for everyone": Node("public", members=ALL, entries=[("allow", "everyone", {"room.read"})]),
    "a quiet room": Node("public", SHELF, members=ALL),
    "a loud room": Node("public", SHELF, members=FEW, entries=[("allow", "authenticated", {"room.post"})]),
}


def thread_in(room: str, *entries: tuple[str, str, set[str]]) -> Node:
    return Node("thread", ROOMS[room], members=ROOMS[room].members, entries=[*entries])


THREADS = {
    "a closed thread": thread_in(
        "a public room",
        ("allow", "role moderator", {"room.post"}),
        ("deny", "authenticated", {"room.post"}),
    ),
    "a thread closed to members": thread_in("a loud room", ("deny", "members", {"room.post"})),
    "a thread for all": thread_in(
        "a room that denies",
        ("allow", "role member", {"room.post"}),
        ("allow", "members", {"room.post"}),
        ("deny", "role helper", {"messages.moderate"}),
    ),
    "a thread with its own moderator": thread_in(
        "a private room",
        ("allow", "user guest", {"messages.moderate", "access.manage"}),
        ("deny", "role moderator", {"messages.moderate"}),
        ("deny", "user admin", {"access.manage"}),
    ),
}
NODES = {**ROOMS, "the shelf": SHELF, **THREADS}
# Where those are asked too who are in no room of the workspace, whatever its entries say.
OPEN_TO_QUESTIONS = {"a public room", "a private room", "a direct room", "a loud room", "the shelf"}
OPEN_TO_QUESTIONS |= {"a room for everyone", "a closed thread", "a thread closed to members"}
ASKED_IN = {
    "room": ("room", "message", "node"),
    "category": ("category", "node"),
    "thread": ("thread", "message"),
}


@dataclass
class Question:
    name: str
    row: Operation
    person: Person
    where: str
    node: Node
    own: bool = False

    async def ask(self, world: World) -> list[str]:
        """What was answered otherwise than the model says, over each transport."""
        expected = answer_to_token(self.name, self.row, self.person, self.node, own=self.own)
        case = Case(world, self.person, self.node, self.own, allowed=expected == 200)
        found = {}
        if self.row.http and self.row.http != "GET /ws":
            found["HTTP"] = await over_http(self.row, ASKS.get(self.name, Ask()), case)
        if self.row.socket:
            found["socket"] = await over_socket(self.row.socket, case)
        who = f"{self.person.name}{f' with {self.person.token.name}' if self.person.token else ''}"
        told = f"{self.name} {'with their own ' if self.own else ''}in {self.where} by {who}"
        return [f"{told} over {way}: {got}, not {expected}" for way, got in found.items() if got != expected]


def about(*subjects: str) -> dict[str, Operation]:
    return {name: row for name, row in TABLE.items() if row.about in subjects and name != "log_out"}


def questions_about_rooms(where: str, node: Node, people: Sequence[Person] = ()) -> Iterator[Question]:
    asked = about(*ASKED_IN[node.about])
    if node.about == "thread":  # files are the room's
        asked = {name: row for name, row in asked.items() if "{file}" not in (row.http or "")}
        asked["send_message"] = TABLE["send_message"]
    everybody = people or (EVERYBODY if where in OPEN_TO_QUESTIONS else INSIDERS)
    for name, row in asked.items():
        for person in everybody:
            yield Question(name, row, person, where, node)
            if row.own and person.signed_in and ASKS[name].both and may_be_own(row, person, node):
                yield Question(name, row, person, where, node, own=True)


def may_be_own(row: Operation, person: Person, node: Node) -> bool:
    return row.about != "message" or person.name in node.members


def questions_about_the_rest(people: Sequence[Person] = ()) -> Iterator[Question]:
    for name, row in about("anyone", "oneself", "person", "workspace", "node").items():
        for person in people or EVERYBODY:
            yield Question(name, row, person, "the workspace", WORKSPACE)
    for name, row in about("owners", "installation").items():
        for person in people or [HAND, *EVERYBODY]:
            yield Question(name, row, person, "the installation", WORKSPACE)


@pytest_asyncio.fixture(scope="module")
async def world(owner_sqlite: Api) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(await Workspace.make(owner_sqlite))
        hand, base, number = workspace.owner, f"/workspaces/{workspace.id}", uuid.uuid4().hex[:6]
        first = min(item["id"] for item in (await hand.get("/workspaces"))["items"])
        names = [*ROLES, "removed", "spare", "outsider"]
        homes = [first if name == "outsider" else workspace.id for name in names]
        found = await asyncio.gather(
            *(join(hand, home, f"{name}{number}") for name, home in zip(names, homes, strict=True))
        )
        people = dict(zip(names, found, strict=True)) | {"hand": hand, "nobody": Api(hand.url)}
        made = await hand.post(f"{base}/roles", {"name": "helper", "permissions": sorted(HELPER)})
        for name, person in people.items():
            if name != "hand":
                await stack.enter_async_context(person)
            if name in ROLES:
                await hand.put(f"{base}/members/{person.user['id']}", {"role": name}, expect=204)
        sockets = {}
        for name in [*ROLES, "removed", "outsider"]:
            sockets[name] = await stack.enter_async_context(await Socket.of(people[name]))
        world = World(workspace.id, hand, people, sockets, {WORKSPACE: workspace.id})
        aside = await hand.post("/workspaces", {"name": "Aside"})
        here, there = [await hand.post(f"/workspaces/{w}/invites") for w in (workspace.id, aside["id"])]
        unknown = ("session", "job", "invite", "held", "purge", "report", "appeal", "rule")
        world.given = {name: str(uuid.uuid4()) for name in unknown}
        world.given["role"] = made["id"]
        world.given |= {"workspace": workspace.id, "token_here": here["token"], "token_aside": there["token"]}
        await build(world)
        beating = asyncio.create_task(beat(world))
        yield world
        beating.cancel()


async def beat(world: World) -> None:
    """Keep the sockets open on a slow machine, while others are asked; some of them end on the way."""
    while True:
        await asyncio.sleep(10)
        for socket in world.sockets.values():
            with suppress(ConnectionClosed):
                await socket.push(op="hb")


async def build(world: World) -> None:
    """The tree; everybody says something, then the entries are set, and who is to be removed is."""
    hand, base = world.hand, f"/workspaces/{world.workspace}"
    world.ids[SHELF] = (await hand.post(f"{base}/categories", {"name": "Shelf"}))["id"]
    world.given["category"] = world.ids[SHELF]
    await asyncio.gather(*(make_room(world, *each) for each in ROOMS.items()))
    roles = {role["name"]: role["id"] for role in (await hand.get(f"{base}/roles"))["items"]}
    paths = {WORKSPACE: base, SHELF: f"/categories/{world.ids[SHELF]}"}
    paths |= {node: f"/rooms/{world.ids[node]}" for node in ROOMS.values()}
    paths |= {node: f"/messages/{world.ids[node]}" for node in THREADS.values()}
    for node, path in paths.items():
        if node.kind != "direct":
            await set_entries(world, path, node, roles)
        if node.archived:
            await hand.patch(path, {"archived": True})
    await hand.delete(f"{base}/members/{world.people['removed'].user['id']}")


async def make_room(world: World, where: str, node: Node) -> None:
    hand, base = world.hand, f"/workspaces/{world.workspace}"
    others = sorted(node.members - {"hand"})
    users = [world.people[name].user["id"] for name in others]
    if node.kind == "direct":
        made = await hand.post(f"{base}/direct", {"users": users})
    else:
        category = world.ids[node.parent] if node.parent else None
        made = await hand.post(f"{base}/rooms", {"name": where, "kind": node.kind, "category": category})
        for user in users:
            await hand.put(f"/rooms/{made['id']}/members/{user}", expect=204)
    world.ids[node] = made["id"]
    upload = {"file": ("notes.txt", b"inside")}
    answer = await hand.http.post("/files", params={"room": made["id"]}, files=upload)
    world.files[node] = answer.json()["id"]
    await everybody_says(world, node, made["id"], [world.files[node]])
    for thread in THREADS.values():
        if thread.parent is node:
            root = await hand.post(f"/rooms/{made['id']}/messages", {"text": "inside"})
            world.ids[thread] = root["id"]
            await everybody_says(world, thread, made["id"], [], thread=root["id"])


async def everybody_says(world: World, node: Node, room: str, files: list[str], **more: str) -> None:
    for name in node.members:
        for what in (name, f"{name}, gone"):
            body: Json = {"text": "inside", "attachments": files if what == "hand" else [], **more}
            said = await world.people[name].post(f"/rooms/{room}/messages", body)
            world.messages[node, what] = said["id"]


async def set_entries(world: World, path: str, node: Node, roles: dict[str, str]) -> None:
    there = (await world.hand.get(f"{path}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    items = [entry(world, roles, *each) for each in node.entries] + kept
    world.entries[world.ids[node]] = items
    await world.hand.put(f"{path}/acl", {"items": items})


def entry(world: World, roles: dict[str, str], verdict: str, whom: str, what: set[str]) -> Json:
    principal, _, name = whom.partition(" ")
    made: Json = {"allow": verdict == "allow", "principal": principal, "permissions": sorted(what)}
    if name:
        made["principal_id"] = roles[name] if principal == "role" else world.people[name].user["id"]
    return made


async def answered_otherwise(world: World, questions: Iterator[Question]) -> list[str]:
    return [wrong for question in questions for wrong in await question.ask(world)]


def test_row_17_every_operation_is_asked() -> None:
    over_http = {name for name, row in TABLE.items() if row.http}
    assert over_http == ASKS.keys(), "tests/security/asking.py says how each is asked over HTTP"
    over_socket = {row.socket for row in TABLE.values() if row.socket}
    assert over_socket == FRAMES.keys() | {"hello"}, "tests/security/asking.py says what each frame holds"
    asked = {q.name for where, node in NODES.items() for q in questions_about_rooms(where, node)}
    assert asked | {q.name for q in questions_about_the_rest()} | {"log_out"} == TABLE.keys()


@pytest.mark.timeout(300)  # thousands of questions
async def test_row_17_every_answer_is_what_the_model_says(world: World) -> None:
    # Threads after their room, for who is asked there may be outside for a moment.
    asked = [
        chain.from_iterable(questions_about_rooms(*each) for each in NODES.items() if each[1].place is node)
        for node in NODES.values()
        if node.place is node
    ]
    rooms = [answered_otherwise(world, questions) for questions in asked]
    otherwise = [wrong for found in await asyncio.gather(*rooms) for wrong in found]
    # Last, for who is removed from the workspace and comes back is in no room any more.
    otherwise += await answered_otherwise(world, questions_about_the_rest())
    assert not otherwise, "\n".join(otherwise)


async def test_row_25_a_token_is_good_for_its_scopes_and_places_only(world: World) -> None:
    admin, everything = world.people["admin"], {"read", "write", "members", "moderate", "administer"}
    public, private = ROOMS["a public room"], ROOMS["a private room"]
    tokens = [Token(f"{scope} only", {scope}) for scope in sorted(everything)]
    tokens += [Token("all in a room", everything, {private}), Token("read and write", {"read", "write"})]
    people = [Person("admin", "admin", token=token) for token in tokens]
    for node in (public, private):  # who was removed and came back is in no room
        await world.hand.put(
            f"/rooms/{world.ids[node]}/members/{world.people['spare'].user['id']}", expect=204
        )
    async with AsyncExitStack() as stack:
        for token in tokens:
            wanted: Json = {"name": token.name, "scopes": sorted(token.scopes)}
            if token.places is not None:
                wanted["places"] = [world.ids[node] for node in token.places]
            made = await admin.post("/users/me/tokens", wanted)
            api = world.people[token.name] = Api(admin.url, made["token"], admin.user)
            await stack.enter_async_context(api)
            world.sockets[token.name] = await stack.enter_async_context(await Socket.of(api))
        otherwise = []
        somewhere = ("a public room", "a private room", "the shelf")
        for where in (*somewhere, "a closed thread", "a thread with its own moderator"):
            otherwise += await answered_otherwise(world, questions_about_rooms(where, NODES[where], people))
        otherwise += await answered_otherwise(world, questions_about_the_rest(people))
    assert not otherwise, "\n".join(otherwise)


async def test_row_17_everybody_may_leave_and_then_sign_out(world: World) -> None:
    remove, log_out = TABLE["remove_member"], TABLE["log_out"]
    for person in reversed(INSIDERS):
        api = world.people[person.name]
        await api.delete(f"/workspaces/{world.workspace}/members/{api.user['id']}")
    assert remove.own == "workspace.read"
    leavers = [*INSIDERS, *OUTSIDERS, NOBODY]
    told = [await Question("log_out", log_out, person, "", WORKSPACE).ask(world) for person in leavers]
    assert told == [[]] * len(leavers)


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.name)
def test_row_17_the_model_says_no_by_default(person: Person) -> None:
    unheard_of = Operation("workspace", None, "GET /unheard-of")
    expected = 401 if not person.signed_in else 403 if person.role else 404
    assert answer(unheard_of, person, WORKSPACE) == expected
