"""How many statements the hot paths cost, by PostgreSQL's own log: they do not grow with what is there."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.attachments import upload
from tests.clients import Api, Json, Socket, join, set_up
from tests.job_rows import rows
from tests.search.searching import search
from tests.servers.molds import MIGRATED, postgres_mold
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually

Act = Callable[[], Awaitable[object]]
STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]*): (.*)")
# Beginning and ending a transaction, the pool's question whether the connection lives, jobs, and the looks
# from time to time whether other limits, or keys to sign with, were chosen, or a command wrote.
NOT_COUNTED = re.compile(
    r"^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|;|SELECT 1$|$)|\bjobs?\b"
    r"|\b(chosen_limits|signing_keys|outside_writes)\b",
    re.IGNORECASE,
)
# What is due by the calendar is looked up every few seconds, whatever is done: the time, and then the slots.
SLOTS, TIME = "SELECT cron_slots.kind", "SELECT CAST(EXTRACT(epoch FROM statement_timestamp())"


class Counted:
    """A server whose PostgreSQL writes down every statement."""

    def __init__(self, postgres: Postgres, data: Path, **settings: str) -> None:
        self.postgres = postgres
        database = postgres.create_database(MIGRATED)
        postgres.query(f"ALTER DATABASE {database} SET log_statement = 'all'")
        self._log = postgres.process.log
        # The index follows what was done with statements of its own, at its own pace.
        self.talkoot = Talkoot(data, database_url=postgres.url(database), **{"search": "off"} | settings)

    async def statements(self, act: Act) -> list[str]:
        """What one act costs once it is warm: the least of three."""
        await act()
        return min([await self.once(act) for _ in range(3)], key=len)

    async def once(self, act: Act) -> list[str]:
        """What one act costs now, with what is told after it was answered."""
        start = await self._quiet()
        await act()
        await self._quiet()
        with self._log.open("rb") as log:
            log.seek(start)
            found = STATEMENT.findall(log.read().decode())
        return without_calendar([statement for statement in found if not NOT_COUNTED.search(statement)])

    async def _quiet(self) -> int:
        """How long the log is once nothing has been added to it for a while."""
        length, same = self._log.stat().st_size, 0
        while same < 4:
            await asyncio.sleep(0.02)
            before, length = length, self._log.stat().st_size
            same = same + 1 if length == before else 0
        return length


def without_calendar(found: list[str]) -> list[str]:
    """Without the looks at the calendar, and one question for the time for each of them; others count."""
    looks = sum(statement.startswith(SLOTS) for statement in found)
    times = [place for place, statement in enumerate(found) if statement.startswith(TIME)][:looks]
    return [
        statement
        for place, statement in enumerate(found)
        if place not in times and not statement.startswith(SLOTS)
    ]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    postgres = Postgres(mold=postgres_mold()).start()  # nobody else is in its log
    server = Counted(postgres, tmp_path_factory.mktemp("counted") / "data")
    server.talkoot.start()
    yield server
    server.talkoot.stop()
    postgres.stop()


@pytest_asyncio.fixture(scope="module")
async def owner(counted: Counted) -> AsyncIterator[Api]:
    made, _ = await set_up(counted.talkoot.url)
    async with made:
        yield made


@pytest_asyncio.fixture
async def workspace(owner: Api) -> Json:
    made: Json = await owner.post("/workspaces", {"name": "Of a test's own"})
    return made


async def grow(owner: Api, member: Api, workspace: str, rooms: int) -> list[str]:
    made = []
    for _ in range(rooms):
        room = await owner.post(f"/workspaces/{workspace}/rooms", {"name": str(uuid.uuid4())})
        await member.post(f"/rooms/{room['id']}/join", expect=204)
        for number in range(3):
            await owner.post(f"/rooms/{room['id']}/messages", {"text": str(number)})
        made.append(room["id"])
    return made


async def toggle(socket: Socket, message: str) -> None:
    """A reaction comes and goes."""
    await socket.ask(op="react", message=message, emoji="👍")
    await socket.ask(op="unreact", message=message, emoji="👍")


async def test_hot_paths_cost_the_same_however_much_there_is(
    counted: Counted, owner: Api, workspace: Json
) -> None:
    member = await join(owner, workspace["id"], "member")
    rooms = await grow(owner, member, workspace["id"], 2)
    said = (await owner.post(f"/rooms/{rooms[0]}/messages", {"text": "React!"}))["id"]
    async with await Socket.of(member) as socket:
        paths: dict[str, tuple[Act, int]] = {
            "send": (lambda: socket.send(rooms[0], "x"), 5),
            "react": (lambda: toggle(socket, said), 23),  # both are told to the author by a job
            "history": (lambda: member.get(f"/rooms/{rooms[0]}/messages", limit=50), 0),
            "log": (lambda: member.get(f"/rooms/{rooms[0]}/events"), 1),
            "rooms": (lambda: member.get(f"/workspaces/{workspace['id']}/rooms"), 7),
            "unread": (lambda: member.get("/unreads"), 3),
            "members": (lambda: member.get(f"/rooms/{rooms[0]}/members"), 1),
            "read": (lambda: member.put(f"/rooms/{rooms[0]}/read", {"seq": 1}), 2),
            "typing": (lambda: socket.ask(op="typing", room=rooms[0]), 0),
            "heartbeat": (lambda: socket.ask(op="hb", seen={rooms[0]: 1}), 0),
        }
        few = {name: await counted.statements(act) for name, (act, _) in paths.items()}
        assert {name: len(found) for name, found in few.items()} == {
            name: n for name, (_, n) in paths.items()
        }, few
        await grow(owner, member, workspace["id"], 12)
        many = {name: len(await counted.statements(act)) for name, (act, _) in paths.items()}
        assert many == {name: len(found) for name, found in few.items()}
    await member.close()


async def test_what_is_ones_own_costs_the_same_in_however_many_rooms(
    counted: Counted, owner: Api, workspace: Json
) -> None:
    member = await join(owner, workspace["id"], "keeper")

    async def costs(rooms: int) -> list[int]:
        for room in await grow(owner, member, workspace["id"], rooms):
            await member.put(f"/drafts/{room}", {"text": "x", "version": 0})
            newest = (await member.get(f"/rooms/{room}/messages"))["items"][-1]
            await member.put(f"/messages/{newest['id']}/saved", expect=204)
        paths = ("/drafts", "/saved", "/saved/ids")
        return [len(await counted.statements(lambda: member.get(path))) for path in paths]  # noqa: B023

    few = await costs(1)
    assert few == [2, 3, 2]
    assert await costs(5) == few
    assert len((await member.get("/saved/ids"))["messages"]) == 6
    await member.close()


async def test_an_answer_costs_no_more_where_the_thread_has_entries(
    counted: Counted, owner: Api, workspace: Json
) -> None:
    [room] = await grow(owner, owner, workspace["id"], 1)
    plain, ruled = [(await owner.post(f"/rooms/{room}/messages", {"text": "root"}))["id"] for _ in range(2)]
    async with await Socket.of(owner) as socket:

        async def costs(root: str | None) -> int:
            return len(await counted.statements(lambda: socket.send(room, "x", thread=root)))

        assert (await costs(None), await costs(plain)) == (5, 10)
        allow = {"allow": True, "principal": "authenticated", "permissions": ["room.post"]}
        await owner.put(f"/messages/{ruled}/acl", {"items": [allow]})
        assert [await costs(root) for root in (None, plain, ruled)] == [5, 10, 10]


async def test_what_concerns_many_people_or_rooms_is_asked_for_at_once(
    counted: Counted, owner: Api, workspace: Json
) -> None:
    path = f"/workspaces/{workspace['id']}"
    people = [await join(owner, workspace["id"], f"member{number}") for number in range(7)]
    ids = [person.user["id"] for person in people]

    async def direct(users: list[str]) -> int:
        return len(await counted.once(lambda: owner.post(f"{path}/direct", {"users": users})))

    await direct(ids[:1])
    assert await direct(ids) <= await direct(ids[1:2]) + 2  # of telling more people

    first, few, many, *_ = people
    for person, rooms in ((first, 1), (few, 2), (many, 8)):
        await grow(owner, person, workspace["id"], rooms)

    async def leave(person: Api) -> int:
        return len(await counted.once(lambda: owner.delete(f"{path}/members/{person.user['id']}")))

    await leave(first)
    assert await leave(many) <= await leave(few)
    for client in people:
        await client.close()


async def test_whom_messages_name_that_come_together_is_looked_up_once(
    counted: Counted, owner: Api, workspace: Json
) -> None:
    named = [await join(owner, workspace["id"], f"named{number}") for number in range(3)]
    [room] = await grow(owner, named[0], workspace["id"], 1)
    for person in named[1:]:
        await person.post(f"/rooms/{room}/join", expect=204)
    socket = await Socket.of(owner)

    async def send(number: int) -> Json:
        text = f"@{named[number % 3].user['username']} @nobody"
        return await socket.send(room, text)

    acks: list[Json] = []

    async def at_once() -> None:
        acks.extend(await asyncio.gather(*[send(number) for number in range(12)]))

    found = await counted.once(at_once)
    for what in ("username_key", "FROM roles"):
        assert len([each for each in found if what in each]) < 6, what
    page = (await owner.get(f"/rooms/{room}/messages"))["items"]
    names = {item["id"]: [each["id"] for each in item["mentions"]] for item in page if item.get("mentions")}
    assert names == {ack["id"]: [named[number % 3].user["id"]] for number, ack in enumerate(acks)}
    await socket.close()
    for client in named:
        await client.close()


async def test_many_who_resume_one_room_cost_less_than_a_statement_each(
    counted: Counted, owner: Api, workspace: Json
) -> None:
    [room] = await grow(owner, owner, workspace["id"], 1)
    sockets = [await Socket.of(owner) for _ in range(40)]
    for since in (0, 1):
        wanted = [{"room": room, "since": since}]
        found = await counted.once(lambda: asyncio.gather(*[s.ask(op="sub", rooms=wanted) for s in sockets]))  # noqa: B023
        assert len(found) < len(sockets)
    await asyncio.gather(*[socket.close() for socket in sockets])


async def test_a_search_reads_the_texts_of_many_files_together(counted: Counted, tmp_path: Path) -> None:
    own = Counted(counted.postgres, tmp_path / "data", search="on", search_files="off")
    own.talkoot.start()
    owner, made = await set_up(own.talkoot.url)
    async with owner:
        room = (await owner.get(f"/workspaces/{made['id']}/rooms"))["items"][0]["id"]
        for word, messages, characters in (("bandicoot", 40, 20), ("quokka", 12, 100_000)):
            files = [(await upload(owner, room, b"x"))["id"] for _ in range(messages)]
            what = "SELECT id, $1::int, rpad($2::text, $1::int) FROM files WHERE message_id IS NULL"
            await rows(own.talkoot, f"INSERT INTO file_texts {what}", characters, word)
            for file in files:
                await owner.post(f"/rooms/{room}/messages", {"attachments": [file]})

        async def pages(word: str) -> list[int]:
            """How many messages each page has."""
            found: list[int] = []
            query: Json = {"q": word, "workspace": made["id"], "limit": 50}
            while not found or query["after"]:
                page = await owner.get("/search", **query)
                found.append(len(page["items"]))
                query["after"] = page["next"]
            return found

        async def all_found() -> bool:
            return len(await search(owner, made["id"], "quokka")) == 10

        await eventually(all_found)
        # How much they have is asked first, and then as many are read as are bearable at once.
        for word, expected, asked in (("bandicoot", [40], 2), ("quokka", [10, 2], 1 + 5 + 1 + 1)):
            assert await pages(word) == expected
            statements = await own.once(lambda: pages(word))  # noqa: B023 - called at once
            assert len([each for each in statements if "file_texts" in each]) == asked, statements
    own.talkoot.stop()
