"""What a decision about access costs in statements, on both databases: none from memory, else one."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest_asyncio
from sqlalchemy import event

from talkoot.chat.access.actions import (
    add_members,
    add_resource,
    add_workspace_member,
    create_workspace,
    set_entries,
)
from talkoot.chat.access.cache import AccessCache, Grants
from talkoot.chat.access.events import AccessChanged
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.permissions import PRIVATE_ROOM, ROOM_MEMBER, Permission
from talkoot.chat.access.queries import acquaintances_among
from talkoot.chat.access.reading import read_grants, readable_rooms_of
from talkoot.chat.access.schemas import NewEntry
from talkoot.chat.accounts.actions import NewUser, create_user
from talkoot.kernel.ids import new_id
from talkoot.kernel.transactions import Caches, Read, Tx
from tests.kernel.ground import Ground


@dataclass
class Tree:
    """A private room in a category; `ins` are its members, the last of all people is in no room."""

    workspace: UUID
    category: UUID
    room: UUID
    people: list[UUID]

    @property
    def ins(self) -> list[UUID]:
        return self.people[:-1]


@pytest_asyncio.fixture
async def tree(ground: Ground) -> Tree:
    async def action(tx: Tx) -> Tree:
        people = []
        for name in ("owner", "ada", "bob", "eve"):
            new = NewUser(username=name, display_name=name, email=None)
            people.append((await create_user(tx, new)).id)
        workspace = (await create_workspace(tx, "Tree", people[0])).id
        for user in people[1:]:
            await add_workspace_member(tx, workspace, user, "member")
        category, room = new_id(), new_id()
        await add_resource(tx, category, "category", workspace=workspace, parent=workspace)
        await add_resource(tx, room, "room", workspace=workspace, parent=category)
        entries = [
            NewEntry(allow=True, principal="members", permissions=ROOM_MEMBER),
            NewEntry(allow=False, principal="everyone", permissions=PRIVATE_ROOM),
        ]
        await set_entries(tx, room, entries, workspace=workspace)
        await add_members(tx, room, people[:-1], workspace=workspace)
        return Tree(workspace, category, room, people)

    return await ground.uow.run(action)


@contextmanager
def statements(ground: Ground) -> Iterator[list[str]]:
    """What readers ask the database meanwhile."""
    found: list[str] = []

    def listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement != "BEGIN":
            found.append(statement)

    engine = ground.database.reader.sync_engine
    event.listen(engine, "before_cursor_execute", listen)
    yield found
    event.remove(engine, "before_cursor_execute", listen)


async def cost(ground: Ground, look: Callable[[Read], Awaitable[object]]) -> int:
    with statements(ground) as found:
        async with ground.uow.read() as read:
            await look(read)
    return len(found)


async def test_a_decision_is_one_statement_and_none_once_it_is_remembered(ground: Ground, tree: Tree) -> None:
    caches = ground.uow.caches
    forget(caches)
    ada, bob = tree.ins[1:]
    for user, wanted in ((ada, 1), (ada, 0), (bob, 1), (bob, 0)):
        assert await cost(ground, lambda read, user=user: grants_of(read, user, tree.room)) == wanted  # type: ignore[misc]
    # The rules change: everybody's is read anew, the first one's with the entries, in one statement as well.
    deny = NewEntry(allow=False, principal="user", principal_id=bob, permissions=frozenset(ROOM_MEMBER))
    cache = caches.of(AccessCache)
    before = cache.applied(tree.workspace)
    await ground.uow.run(lambda tx: set_entries(tx, tree.room, [deny], workspace=tree.workspace))
    cache.change(AccessChanged(tree.workspace, before + 1, tree.room, "room", frozenset()))
    cache.reach(tree.workspace, before + 1)
    assert await cost(ground, lambda read: grants_of(read, ada, tree.room)) == 1
    assert await cost(ground, lambda read: grants_of(read, bob, tree.room)) == 1
    assert await cost(ground, lambda read: grants_of(read, bob, new_id())) == 1


async def test_decisions_about_many_people_and_places_are_one_statement(ground: Ground, tree: Tree) -> None:
    nodes = (tree.workspace, tree.category, tree.room, new_id())
    wanted = {(user, node) for user in tree.people for node in nodes}
    for _ in range(2):
        assert await cost(ground, lambda read: read_grants(read, wanted)) == 1
    assert await cost(ground, lambda read: read_grants(read, [])) == 0


async def test_more_people_than_a_statement_has_parameters(ground: Ground, tree: Tree) -> None:
    """As many as may follow one room on one server, all of whom are looked up when access changes."""
    strangers = [new_id() for _ in range(20_000)]
    people = [*strangers[:10_000], *tree.people, *strangers[10_000:]]
    wanted = {(user, tree.room) for user in people}
    for forgotten in (True, False):  # read anew, and along a lineage that is remembered
        if forgotten:
            forget(ground.uow.caches)
        async with ground.uow.read() as read:
            found = await read_grants(read, wanted)
        assert len(found) == len(people)
        assert {user for (user, _), held in found.items() if held.permissions} == {*tree.people}
        inside = {user for (user, _), held in found.items() if Permission.ROOM_READ in held.permissions}
        assert inside == {*tree.ins}
    async with ground.uow.read() as read:
        rooms = await readable_rooms_of(read, people)
        (known,) = await acquaintances_among(read, [(tree.people[0], people)])
    assert {user for user, readable in rooms.items() if tree.room in readable} == {*tree.ins}
    assert known == {*tree.people}


async def test_the_one_statement_says_what_the_rules_say(ground: Ground, tree: Tree) -> None:
    owner, ada, *_, eve = tree.people

    async def held(user: UUID, node: UUID) -> Grants | None:
        forget(ground.uow.caches)
        async with ground.uow.read() as read:
            return (await read_grants(read, [(user, node)])).get((user, node))

    inside, outside = await held(ada, tree.room), await held(eve, tree.room)
    assert inside is not None
    assert outside is not None
    assert (inside.member, inside.kind, inside.workspace) == (True, "room", tree.workspace)
    assert inside.permissions >= ROOM_MEMBER
    assert Permission.ROOM_INVITE not in inside.permissions
    assert outside.permissions.isdisjoint(PRIVATE_ROOM)
    assert outside.version == inside.version > 0
    everywhere = await held(owner, tree.category)
    assert everywhere is not None
    assert everywhere.permissions == frozenset(Permission)
    assert await held(owner, new_id()) is None


def forget(caches: Caches) -> None:
    """As a process that has just begun."""
    caches._by_kind.clear()
