"""Limits, seen and changed while the server runs: over HTTP and by the command line, on every server."""

import asyncio
import importlib
import pkgutil
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

import talkoot
from talkoot.kernel.limit_book import Limit, LimitBook, Numbers, Rule
from talkoot.limit_table import LIMITS
from tests.clients import Api, Json, Socket, join, set_up
from tests.cluster.conftest import SECRET
from tests.conftest import Serve, make_talkoot
from tests.kernel.ground import until
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey
from tests.tokens.bots import run, with_command
from tests.workspaces import Workspace


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talkoot]:
    """One that limits, for all of this file."""
    talkoot = make_talkoot("sqlite", tmp_path_factory.mktemp("limits") / "data", request, rate_limits="on")
    yield talkoot.start()
    talkoot.stop()


@pytest_asyncio.fixture(scope="module")
async def first(server: Talkoot) -> AsyncIterator[tuple[Api, str]]:
    owner, made = await set_up(server.url)
    async with owner:
        yield owner, made["id"]


@pytest_asyncio.fixture
async def owner(first: tuple[Api, str]) -> AsyncIterator[Api]:
    """Who looks after the installation; what a test has chosen is reset after it."""
    yield first[0]
    for limit in await limits(first[0]):
        if numbers(limit) != limit["default"]:
            await first[0].delete(f"/limits/{limit['name']}")
    await until(lambda: defaults_hold(first[0]))


async def defaults_hold(owner: Api) -> bool:
    answer = await owner.ask("GET", "/setup")
    return '"http.reads";q=300;w=3' in answer.headers["ratelimit-policy"]


async def limits(owner: Api) -> list[Json]:
    return list((await owner.get("/limits"))["items"])


def numbers(limit: Json) -> Json:
    return {name: limit[name] for name in ("limit", "period_seconds", "burst")}


async def policy(person: Api) -> str:
    return str((await person.ask("GET", "/setup")).headers["ratelimit-policy"])


async def test_row_52_all_limits_are_listed_with_their_bounds(owner: Api) -> None:
    listed = {limit["name"]: limit for limit in await limits(owner)}
    assert [*listed] == [limit.rule.name for limit in LIMITS]
    writes = listed["http.writes"]
    assert (writes["each"], writes["kind"], writes["enforced"]) == ("token", "bucket", True)
    assert numbers(writes) == writes["default"] == {"limit": 20, "period_seconds": 1, "burst": 100}
    assert writes["least"] == {"limit": 4, "period_seconds": 1, "burst": 20}
    assert writes["most"] == {"limit": 2000, "period_seconds": 1, "burst": 10_000}


async def test_row_52_another_limit_holds_at_once_and_its_own_again_after(owner: Api) -> None:
    changed = await owner.put("/limits/http.reads", {"limit": 60, "period_seconds": 1, "burst": 90})
    assert numbers(changed) == {"limit": 60, "period_seconds": 1, "burst": 90}
    await until(lambda: says(owner, '"http.reads";q=90;w=2'), 2)
    asked = [owner.ask("GET", "/setup") for _ in range(200)]
    answers = await asyncio.gather(*asked)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert all('"http.reads";r=0;t=' in answer.headers["ratelimit"] for answer in refused)
    await until(lambda: answered(owner))
    await owner.delete("/limits/http.reads")
    await until(lambda: says(owner, '"http.reads";q=300;w=3'), 2)


async def says(person: Api, wanted: str) -> bool:
    return wanted in await policy(person)


async def answered(person: Api) -> bool:
    return (await person.ask("GET", "/setup")).status_code == 200


async def test_row_52_sockets_that_are_open_take_it_over(owner: Api, server: Talkoot) -> None:
    async with await Socket.of(owner) as socket:
        await owner.put("/limits/socket.user", {"limit": 100, "period_seconds": 1, "burst": 400})
        await owner.put("/limits/socket.connection", {"limit": 2, "period_seconds": 1, "burst": 8})

        async def refused() -> bool:
            answer = await socket.ask(op="hb")
            return bool(answer["op"] == "nack" and answer["code"] == "rate_limited")

        await until(refused)
    async with await Socket.of(owner) as socket:
        assert (socket.welcome["limits"]["rate"], socket.welcome["limits"]["burst"]) == (2, 8)


async def test_row_52_a_room_takes_so_many_messages_from_all_together(
    owner: Api, first: tuple[Api, str]
) -> None:
    made = await owner.post(f"/workspaces/{first[1]}/rooms", {"name": "Loud"})
    room = f"/rooms/{made['id']}/messages"
    await owner.post(room, {"text": "before"})
    await owner.put("/limits/room.messages", {"limit": 20, "period_seconds": 1, "burst": 100})
    await owner.put("/limits/socket.connection", {"limit": 1000, "period_seconds": 1, "burst": 4000})
    await owner.put("/limits/socket.user", {"limit": 2000, "period_seconds": 1, "burst": 8000})
    stranger = await join(owner, first[1], "stranger")
    closed = await owner.post(f"/workspaces/{first[1]}/rooms", {"name": "Closed", "kind": "private"})
    async with stranger, await Socket.of(stranger) as outside, await Socket.of(owner) as socket:

        async def told(to: Socket, where: str) -> set[str]:
            sends = (to.ask(op="send", room=where, text="x", cid=str(uuid.uuid4())) for _ in range(15))
            return {str(answer.get("code", answer["op"])) for answer in await asyncio.gather(*sends)}

        for _ in range(20):  # who may not post there uses nothing up
            assert await told(outside, closed["id"]) <= {"not_found"}
        assert await told(socket, closed["id"]) == {"ack"}
        seen: set[str] = set()
        for _ in range(30):
            seen |= await told(socket, made["id"])
            if "rate_limited" in seen:
                break
        assert seen == {"ack", "rate_limited"}
        answer = await owner.ask("POST", room, {"text": "by another way"})
        assert answer.status_code in {201, 429}


async def test_row_52_what_a_bot_says_to_one_person_counts_as_a_message_to_the_room(
    owner: Api, first: tuple[Api, str]
) -> None:
    workspace = Workspace(owner, {"id": first[1]})
    room = await workspace.room()
    _, bot = await with_command(workspace, room)
    for name, limit in (("room.messages", 20), ("http.writes", 2000), ("http.user", 2000)):
        await owner.put(f"/limits/{name}", {"limit": limit, "period_seconds": 1, "burst": limit * 5})
    path = f"/invocations/{(await run(owner, room))['id']}/answer"

    async def taken_over() -> bool:
        answer = await owner.ask("PUT", path, {})
        return '"http.writes";q=10000;w=5' in answer.headers["ratelimit-policy"]

    await until(taken_over, 2)

    async def told(person: Api, method: str, where: str, times: int) -> set[int]:
        asked = [person.ask(method, where, {"text": f"{uuid.uuid4()}"}) for _ in range(times)]
        return {answer.status_code for answer in await asyncio.gather(*asked)}

    async with bot:
        assert await told(owner, "PUT", path, 150) == {404}, "who can not answer uses nothing up"
        assert await told(bot, "PUT", path, 1) == {204}
        said: set[int] = set()
        for _ in range(15):  # at most 75 answers: alone they were not too many
            await told(owner, "POST", f"/rooms/{room}/messages", 20)
            said |= await told(bot, "PUT", path, 5)
            if 429 in said:
                break
        assert 429 in said
        assert said <= {204, 429}


@pytest.mark.parametrize(
    ("name", "wanted", "field"),
    [
        ("http.reads", {"limit": 1, "period_seconds": 1, "burst": 300}, "limit"),
        ("http.reads", {"limit": 1000, "period_seconds": 86_400, "burst": 300}, "limit"),
        ("http.reads", {"limit": 100, "period_seconds": 1, "burst": 1}, "burst"),
        ("http.reads", {"limit": 0, "period_seconds": 1}, "limit"),
        ("http.reads", {"limit": 100, "period_seconds": 0}, "period_seconds"),
        ("http.reads", {"limit": 100, "period_seconds": 100_000}, "period_seconds"),
        ("http.reads", {"limit": "many", "period_seconds": 1}, "limit"),
        ("sign-in-account", {"limit": 1000, "period_seconds": 60, "burst": 5}, "limit"),
        ("sign-in-account", {"limit": 20, "period_seconds": 60, "burst": 500}, "burst"),
    ],
)
async def test_row_52_nobody_locks_everybody_out_or_lets_everybody_guess(
    owner: Api, name: str, wanted: Json, field: str
) -> None:
    answer = await owner.ask("PUT", f"/limits/{name}", wanted)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert all(numbers(limit) == limit["default"] for limit in await limits(owner))


async def test_row_52_what_is_no_limit_is_not_there(owner: Api) -> None:
    for name in ("nonsense", "http.reads~1", "%00", "a" * 65):
        wanted = {"limit": 100, "period_seconds": 1}
        assert (await owner.ask("PUT", f"/limits/{name}", wanted)).status_code in {400, 404, 422}
        assert (await owner.ask("DELETE", f"/limits/{name}")).status_code in {400, 404, 422}


async def test_what_was_changed_is_in_the_audit_log(owner: Api) -> None:
    wanted = {"limit": 50, "period_seconds": 1, "burst": 200}
    await owner.put("/limits/http.writes", wanted)
    await owner.put("/limits/http.writes", wanted)  # nothing has changed
    await owner.delete("/limits/http.writes")
    acts = (await owner.get("/audit", kind="limit.changed"))["items"][:2]
    default = {"limit": 20, "period_seconds": 1, "burst": 100}
    told = [(act["before"]["numbers"], act["after"]["numbers"]) for act in reversed(acts)]
    assert told == [(default, wanted), (wanted, default)]
    assert {act["after"]["limit"] for act in acts} == {"http.writes"}


async def test_row_52_the_command_line_changes_them_for_a_server_that_runs(
    owner: Api, server: Talkoot
) -> None:
    shown = await asyncio.to_thread(server.run, "limits", "list")
    assert "http.reads\teach token\t100 in 1 s\t300 at once\tdefault\t" in shown.stdout
    done = await asyncio.to_thread(server.run, "limits", "set", "http.reads", "50", "--burst", "150")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("http.reads\teach token\t50 in 1 s\t150 at once\tchanged\t")
    await until(lambda: says(owner, '"http.reads";q=150;w=3'), 30)
    refused = await asyncio.to_thread(server.run, "limits", "set", "http.reads", "1")
    assert refused.returncode == 1
    assert "Between 20 and 10000 in 1 s" in refused.stderr
    assert (await asyncio.to_thread(server.run, "limits", "set", "nonsense", "1")).returncode == 1
    done = await asyncio.to_thread(server.run, "limits", "reset", "http.reads")
    assert done.stdout.startswith("http.reads\teach token\t100 in 1 s\t300 at once\tdefault\t")
    await until(lambda: says(owner, '"http.reads";q=300;w=3'), 30)


async def test_row_52_every_server_of_a_cluster_takes_them_over_without_the_bus_too(
    serve: Serve, own_valkey: Valkey
) -> None:
    shared = {"redis_url": own_valkey.url, "secret_key": SECRET, "rate_limits": "on"}
    one = serve("postgresql", **shared)
    other = serve("postgresql", **shared, database_url=one.environment["TALKOOT_DATABASE_URL"])
    owner, _ = await set_up(one.url)
    async with owner, Api(other.url, owner.token) as elsewhere:
        await owner.put("/limits/http.reads", {"limit": 60, "period_seconds": 1, "burst": 90})
        await until(lambda: says(elsewhere, '"http.reads";q=90;w=2'), 30)
        own_valkey.kill()
        await owner.put("/limits/http.reads", {"limit": 70, "period_seconds": 1, "burst": 90})
        await until(lambda: says(elsewhere, '"http.reads";q=90;w=2'), 30)
        await owner.delete("/limits/http.reads")
        await until(lambda: says(elsewhere, '"http.reads";q=300;w=3'), 30)


def test_every_rule_of_the_program_is_in_the_table() -> None:
    """So that none is added that nobody can see or change."""
    found = set()
    for module in pkgutil.walk_packages(talkoot.__path__, "talkoot."):
        if "__main__" not in module.name and ".versions." not in module.name and ".env" not in module.name:
            members = vars(importlib.import_module(module.name)).values()
            found |= {member.name for member in members if isinstance(member, Rule)}
    assert found == {limit.rule.name for limit in LIMITS}
    assert all(limit.rule.period_seconds == limit.default.period_seconds for limit in LIMITS)


def test_what_another_version_chose_is_not_believed() -> None:
    rule = Rule("one", limit=10, period_seconds=1, burst=20)
    window = Rule("two", limit=10, period_seconds=60, kind="window")
    book, told = LimitBook([Limit(rule, "user", "x"), Limit(window, "user", "y")]), []
    book.on_change.append(lambda: told.append(True))
    book.choose({"gone": Numbers(1, 1), "one": Numbers(1, 1, 20), "two": Numbers(10, 60, 5)})
    assert (book.now(rule), book.now(window), told) == (rule, window, [])
    book.choose({"one": Numbers(5, 1, 20)})
    book.choose({"one": Numbers(5, 1, 20)})
    assert told == [True]
    assert (book.now(rule).limit, book.numbers("one")) == (5, Numbers(5, 1, 20))
    book.choose({})
    assert (book.now(rule), len(told)) == (rule, 2)
